from tests.server.connection.raw_client import served

__all__ = ["served"]
