"""What kind of source PAISHI_WEIGHTS names: the published weights, an address, or else a path."""


def is_published(source: str) -> bool:
    return source.strip().lower() == "imagenet"


def is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))
