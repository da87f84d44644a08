from paishi.cli import app

app(prog_name="paishi")
