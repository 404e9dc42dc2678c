#!/usr/bin/env bash
# Makes the three font files beside this folder from the published packages.
# Needs npm, python3 and about a minute; writes only to a temporary folder and to ../*.woff2.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --no-save --silent --prefix "$work" @fontsource-variable/literata@5.3.0 inter-ui@4.1.1
python3 -m venv venv
venv/bin/pip install --quiet 'fonttools==4.68.0' 'brotli==1.2.1'
literata=node_modules/@fontsource-variable/literata/files
inter=node_modules/inter-ui/variable

# ASCII, the signs and accented letters that names and prose in English need.
text='U+0020-007E,U+00A0,U+00A7,U+00AB,U+00B0-00B3,U+00B5,U+00B7,U+00BB-00BD,U+00C4,U+00C5,U+00C9,U+00D6,U+00D7,U+00DC,U+00DF,U+00E0-00E2,U+00E4-00EB,U+00ED,U+00EF,U+00F1,U+00F3,U+00F4,U+00F6-00F8,U+00FA,U+00FC,U+2009,U+2011,U+2013,U+2014,U+2018,U+2019,U+201C,U+201D,U+2020,U+2022,U+2026,U+2212'
# Emphasis is short: fewer signs.
italic='U+0020-007E,U+00A0,U+00B7,U+00D7,U+00E0,U+00E1,U+00E4,U+00E7-00EA,U+00EF,U+00F3,U+00F6,U+00FC,U+2011,U+2013,U+2014,U+2018,U+2019,U+201C,U+201D,U+2026'
# The interface draws with arrows and marks, and lends them to the text face.
ui="$text,U+00A9,U+2016,U+2032,U+2033,U+2190-2195,U+21BB,U+21D2,U+2211,U+221E,U+2248,U+2260,U+2264,U+2265,U+25B2,U+25B6,U+25BC,U+25CF,U+2713,U+2715"

subset() { # source, axes, features, characters, target
    venv/bin/fonttools varLib.instancer --quiet "$1" $2 --output instance.ttf
    # The name table keeps copyright and licence (0, 13, 14) inside each file.
    venv/bin/pyftsubset instance.ttf --unicodes="$4" --layout-features="$3" --flavor=woff2 \
        --no-hinting --desubroutinize --name-IDs='0,1,2,3,4,5,6,13,14' --drop-tables+=STAT \
        --output-file="$here/../$5"
}
subset "$literata/literata-latin-wght-normal.woff2" wght=400:700 kern,liga "$text" literata.woff2
subset "$literata/literata-latin-wght-italic.woff2" wght=400 kern,liga "$italic" literata-italic.woff2
subset "$inter/InterVariable.woff2" 'wght=400:700 opsz=14' kern,tnum "$ui" inter.woff2
ls -l "$here"/../*.woff2
