#!/bin/sh
# Says what the tests need and this machine lacks, all at once.
missing=0
lacks() {
    echo "missing: $1"
    echo "         $2"
    missing=1
}
major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
[ "${major:-0}" -ge 20 ] || lacks "Node.js 20 or newer" "https://nodejs.org, or a version manager such as nvm or fnm"
command -v npm >/dev/null || lacks "npm" "it comes with Node.js"
browser=${CHROMIUM:-}
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$browser" ] || browser=$(command -v "$name")
done
[ -n "$browser" ] || lacks "Chromium" \
    "Debian, Ubuntu: sudo apt install chromium; else install Chrome and set CHROMIUM=/path/to/its/program"
exit $missing
