//! The timeline as it is being written: cues are put down in the order
//! heard, each at a moment counted from the start, and no line may begin while
//! another is still being spoken.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::place::{Ahead, Place, next_timed};
use crate::clip::recording::Recording;
use crate::glide::Glide;
use crate::language::{Language, Phrasebook};
use crate::problem::{Problem, Problems, Span};
use crate::routine::bounds::{self, LONGEST, MOST_CUES};
use crate::routine::grammar::PLACEHOLDERS;
use crate::routine::{Clip, Routine, Verb, Words};
use crate::terminal::cut;
use crate::time::{Frames, Millis, Rate};
use crate::timeline::{Cue, Ear, Sound, SoundKind, TimelineStep};
use crate::tone::Tone;
use crate::voice::{Speaker, Voice, VoiceClip, phrases::Spoken};

/// A line as it will be spoken.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// What is said.
    pub text: Rc<str>,
    /// Where it stands in the routine, or the step that it belongs to.
    pub span: Span,
    /// How long it takes.
    pub length: Millis,
    spoken: Rc<[Spoken]>,
}

impl Line {
    /// Whether nothing is said.
    pub fn is_silent(&self) -> bool {
        self.spoken.is_empty()
    }
}

/// A cue as it is planned: its moment is rounded to a frame only at the end.
#[derive(Clone, Copy, Debug)]
pub struct Planned {
    /// When it begins.
    pub at: Millis,
    /// When it ends.
    pub end: Millis,
    /// What is heard.
    pub sound: u32,
    /// The step it belongs to.
    pub step: u32,
    /// Whether it goes on with a sentence.
    pub goes_on: bool,
    /// The ears that it is meant for.
    pub ear: Ear,
}

/// Sentences that a voice cannot say, each once, in the order found.
#[derive(Debug, Default)]
pub struct Missing {
    lines: Vec<String>,
    seen: HashSet<String>,
}

impl Missing {
    fn add(&mut self, sentences: Vec<String>) {
        for sentence in sentences {
            if self.seen.insert(sentence.clone()) {
                self.lines.push(sentence);
            }
        }
    }

    /// The sentences.
    pub fn into_lines(self) -> Vec<String> {
        self.lines
    }
}

/// A timeline being written.
pub struct Script<'a> {
    voice: &'a Voice,
    rate: Rate,
    /// The routine, if the words are those of one.
    routine: Option<&'a Routine>,
    /// Where the step that is written now stands.
    pub place: Place,
    /// What comes after it.
    pub ahead: Ahead<'a>,
    /// How many of the optional steps that come after it are done.
    pub optional: u32,
    /// The ears that the steps are meant for that begin now, with all their cues.
    pub ear: Ear,
    /// The earliest moment for whatever comes next.
    pub now: Millis,
    /// The steps so far.
    pub steps: Vec<TimelineStep>,
    /// The ears of each. A step may end after the next has begun: its last tone is its own.
    ears: Vec<Ear>,
    /// The cues so far.
    pub cues: Vec<Planned>,
    /// From when to when steps are open, so that their end cannot be foreseen.
    pub open: Vec<(Millis, Millis)>,
    /// The different sounds of the cues.
    pub sounds: Vec<Sound>,
    /// What is wrong so far.
    pub problems: Problems,
    /// The line spoken last and the moment it begins.
    last_line: Option<(Line, Millis)>,
    tones: HashMap<Tone, u32>,
    glides: HashMap<Glide, u32>,
    /// The author's own audio files, by where they lie in memory.
    audio: HashMap<*const Recording, u32>,
    clips: HashMap<VoiceClip, u32>,
    /// What was composed before: routines repeat themselves.
    composed: HashMap<(Rc<str>, Speaker), Line>,
    /// Sentences that the voice cannot say, where they are looked for.
    pub missing: Option<Missing>,
}

impl<'a> Script<'a> {
    /// An empty timeline.
    pub fn new(voice: &'a Voice, rate: Rate, routine: Option<&'a Routine>) -> Self {
        Self {
            voice,
            rate,
            routine,
            place: Place::default(),
            ahead: Ahead::new(),
            optional: u32::MAX,
            ear: Ear::Both,
            now: Millis::ZERO,
            steps: Vec::new(),
            ears: Vec::new(),
            cues: Vec::new(),
            open: Vec::new(),
            sounds: Vec::new(),
            problems: Problems::default(),
            last_line: None,
            tones: HashMap::new(),
            glides: HashMap::new(),
            audio: HashMap::new(),
            clips: HashMap::new(),
            composed: HashMap::new(),
            missing: None,
        }
    }

    /// The frame of a moment.
    pub fn frame_at(&self, moment: Millis) -> Frames {
        self.rate.frame_at(moment)
    }

    /// Begins a step at a moment; it is closed by [`Script::end_step`].
    pub fn begin_step(&mut self, verb: Verb, label: String, at: Millis, span: Span) -> usize {
        self.ears.push(self.ear);
        self.steps.push(TimelineStep {
            verb,
            label,
            side: self.place.side,
            at: self.frame_at(at),
            frames: Frames(0),
            timed: None,
            open: false,
            exit: None,
            span,
        });
        self.steps.len() - 1
    }

    /// Lets a step that begins with words at `words` begin at `earlier`.
    pub fn begin_earlier(&mut self, step: usize, words: Millis, earlier: Millis) {
        let (words, earlier) = (self.frame_at(words), self.frame_at(earlier));
        let step = &mut self.steps[step];
        if step.at == words {
            (step.at, step.frames) = (earlier, step.frames + (words - earlier));
        }
    }

    /// Ends a step at a moment.
    pub fn end_step(&mut self, step: usize, at: Millis) {
        let end = self.frame_at(at);
        self.steps[step].frames = end - self.steps[step].at;
    }

    /// Says from when to when a step's timed part is.
    pub fn set_timed(&mut self, step: usize, begin: Millis, end: Millis) {
        let (begin, end) = (self.frame_at(begin), self.frame_at(end));
        self.steps[step].timed = Some((begin, end - begin));
    }

    /// Whether the routine has grown beyond what it may be; nothing more is written then.
    pub fn is_full(&self) -> bool {
        self.cues.len().max(self.steps.len()) as u64 > MOST_CUES || self.now > LONGEST
    }

    /// Notes it when the step at `span` has made the routine too long or too much.
    pub fn ensure_within_bounds(&mut self, span: Span) {
        if self.problems.has_errors() {
            // What is wrong already may be why; and one step may lie within others.
        } else if self.now > LONGEST {
            self.problems.push(bounds::too_long(span));
        } else if self.is_full() {
            self.problems.push(bounds::too_many_cues(span));
        }
    }

    /// What will be spoken for a text, its placeholders filled. Words that no clip
    /// covers are noted, and the line is silent.
    pub fn line(&mut self, words: &Words) -> Line {
        let Some(text) = self.filled(words) else { return Line::default() };
        let key = (Rc::from(text), self.speaker(words.span));
        if let Some(line) = self.composed.get(&key) {
            return Line { span: words.span, ..line.clone() };
        }
        let Some(spoken) = self.compose(&key.0, key.1, words.span) else { return Line::default() };
        let lengths = spoken.iter().map(|spoken| spoken.pause + self.clip_length(*spoken));
        let line = Line {
            text: Rc::clone(&key.0),
            span: words.span,
            length: lengths.sum(),
            spoken: spoken.into(),
        };
        self.composed.insert(key, line.clone());
        line
    }

    /// Who says the words at a place of the routine.
    fn speaker(&self, span: Span) -> Speaker {
        let is_foreign = self.routine.is_some_and(|routine| routine.foreign.contains(&span));
        if is_foreign { Speaker::StandIn } else { Speaker::Own }
    }

    /// The language that words at a place of the routine are spoken in.
    fn language(&self, span: Span) -> Language {
        self.voice.language_of(self.speaker(span))
    }

    /// Words for what is shown: in English where the coach does not know the language.
    pub fn shown_book(&self) -> &'static Phrasebook {
        self.voice.language().phrasebook().unwrap_or(Language::KNOWN[0])
    }

    /// The coach's own words for a place of the routine; English ones, noted, in a language that
    /// the coach does not know.
    pub fn book(&mut self, span: Span) -> &'static Phrasebook {
        let language = self.language(span);
        language.phrasebook().unwrap_or_else(|| {
            let message = format!("the coach has no words of its own in `{language}`");
            let problem = Problem::error("missing-language", span, message);
            self.problems.push(problem.help(
                "give the step its words with `say`, and take its announcements and its countdown \
                 out: `\"announce\": [], \"count\": 0`",
            ));
            Language::KNOWN[0]
        })
    }

    fn compose(&mut self, text: &str, speaker: Speaker, span: Span) -> Option<Vec<Spoken>> {
        let missing = match self.voice.compose(text, speaker) {
            Ok(spoken) => return Some(spoken),
            Err(missing) => missing,
        };
        if let Some(lines) = &mut self.missing {
            // Whoever stands in has to be asked for lines of its own.
            if speaker == Speaker::Own {
                lines.add(self.voice.missing_sentences(text, speaker));
            }
            return Some(Vec::new());
        }
        let message = format!(
            "the voice `{}` has no clip for “{}”",
            self.voice.shown(),
            missing.join("”, “")
        );
        self.problems.push(Problem::error("missing-words", span, message).help(
            "`earcoach voice fill` has it spoken by a synthesiser, `earcoach voice record` by you; or say it \
             with the words that `earcoach voice list --words` shows",
        ));
        None
    }

    fn clip_length(&self, spoken: Spoken) -> Millis {
        let pack = self.voice.pack_of(spoken.clip);
        pack.rate.millis_covering(Frames(self.voice.entry(spoken.clip).frames))
    }

    /// Puts the words in place of placeholders; `None`, noted, where one cannot be filled.
    pub fn filled<'w>(&mut self, words: &'w Words) -> Option<Cow<'w, str>> {
        self.fill(words).map_err(|problem| self.problems.push(problem)).ok()
    }

    fn fill<'w>(&mut self, words: &'w Words) -> Result<Cow<'w, str>, Problem> {
        if !words.text.contains('{') {
            return Ok(Cow::Borrowed(&words.text));
        }
        let (mut text, mut rest) = (String::new(), words.text.as_str());
        while let Some(open) = rest.find('{') {
            text += &rest[..open];
            let Some(length) = rest[open..].find('}') else {
                let problem = Problem::error("unknown-placeholder", words.span, "a `{` has no `}`");
                return Err(problem.help(placeholders_help()));
            };
            let filling = self.filling(&rest[open + 1..open + length], words.span);
            text += &filling.map_err(|problem| Problem { span: words.span, ..problem })?;
            rest = &rest[open + length + 1..];
        }
        Ok(Cow::Owned(text + rest))
    }

    /// What a placeholder becomes here.
    fn filling(&mut self, name: &str, span: Span) -> Result<Cow<'static, str>, Problem> {
        let wrong = |code, message: String| Problem::error(code, Span::default(), message);
        let Place { side, round, time } = self.place;
        let book = self.language(span).phrasebook();
        let duration = |time: Millis| book.and_then(|book| book.duration(time)).map(Cow::Owned);
        if let Ok(length) = name.parse() {
            return duration(length).ok_or_else(|| no_time(&format!("{length} cannot be said")));
        }
        let no_round = || {
            let message = format!("there is no round here for `{{{name}}}` to count");
            wrong("no-round", message).help("put the step into `repeat`")
        };
        match name {
            "side" => match (side, self.routine.and_then(|own| own.side_word.as_deref())) {
                (Some(side), _) => Ok(book.map_or(side.name(), |book| book.side(side)).into()),
                (None, Some(word)) => Ok(word.to_string().into()),
                (None, None) => Err(no_side()),
            },
            "round" => round.map(|(round, _)| round.to_string().into()).ok_or_else(no_round),
            "rounds" => round.map(|(_, rounds)| rounds.to_string().into()).ok_or_else(no_round),
            "time" => match time {
                Some(time) => duration(time).ok_or_else(|| {
                    no_time(&format!("`{{time}}` is {time} here, which cannot be said"))
                }),
                None => Err(no_time("there is no time here for `{time}` to say")),
            },
            "next" => self.name_of_next(span).map(Cow::Owned).ok_or_else(|| {
                let message = "there is no timed step after this for `{next}` to name";
                wrong("no-next", message.into()).help("take it out of the last step")
            }),
            name => {
                let name = cut(name, 40);
                let message = format!("unknown placeholder `{{{name}}}`");
                Err(wrong("unknown-placeholder", message).help(placeholders_help()))
            }
        }
    }

    /// What the next timed step is called.
    fn name_of_next(&mut self, span: Span) -> Option<String> {
        let (timed, place) = next_timed(&self.ahead, self.optional)?;
        let own_name = timed.name.as_ref().filter(|name| !name.text.contains("{next}"));
        let Some(name) = own_name else { return Some(self.book(span).verb(timed.verb).into()) };
        let time = place.time.or(Some(timed.length));
        let here = std::mem::replace(&mut self.place, Place { time, ..place });
        let filled = self.filled(name).map(Cow::into_owned);
        self.place = here;
        filled
    }

    /// The first sentence of words, if it can be said alone.
    pub fn shortened(&mut self, words: Words) -> Words {
        let end = words.text.find(['.', '!', '?']).map_or(words.text.len(), |end| end + 1);
        let first = Words { text: words.text[..end].into(), span: words.span };
        match self.fill(&first) {
            Ok(text) if self.voice.compose(&text, self.speaker(words.span)).is_ok() => first,
            _ => words,
        }
    }

    /// Speaks a line at a moment. A line before it that has not ended by then is noted.
    pub fn speak(&mut self, line: Line, at: Millis, step: usize) {
        if line.is_silent() {
            return;
        }
        self.ensure_last_line_ends_by(at, &format!("“{}”", line.text));
        let mut moment = at;
        for (turn, spoken) in line.spoken.iter().enumerate() {
            moment = moment + spoken.pause;
            let sound = self.sound_of_clip(*spoken);
            let end = moment + self.clip_length(*spoken);
            let goes_on = turn > 0 && spoken.pause == Millis::ZERO;
            let (step, ear) = (step as u32, self.ears[step]);
            self.cues.push(Planned { at: moment, end, sound, step, goes_on, ear });
            moment = end;
        }
        self.last_line = Some((line, at));
    }

    /// When the voice is free again.
    pub fn voice_free(&self) -> Millis {
        self.last_line.as_ref().map_or(Millis::ZERO, |(line, at)| *at + line.length)
    }

    /// Notes it when the line spoken last does not end by `moment`; `what` names what comes then.
    pub fn ensure_last_line_ends_by(&mut self, moment: Millis, what: &str) {
        let Some((line, at)) = &self.last_line else { return };
        if *at + line.length > moment {
            let slot = moment.saturating_sub(*at);
            self.problems.push(overrun(line, slot, what));
        }
    }

    /// Plays a tone at a moment and gives the moment at which it has ended.
    pub fn play(&mut self, tone: Tone, at: Millis, step: usize) -> Millis {
        let (sound, end) = (self.sound_of_tone(tone), at + tone.length());
        let (step, ear) = (step as u32, self.ears[step]);
        self.cues.push(Planned { at, end, sound, step, goes_on: false, ear });
        end
    }

    /// Plays a guide tone at a moment.
    pub fn guide(&mut self, glide: Glide, at: Millis, step: usize) {
        let (sounds, rate) = (&mut self.sounds, self.rate);
        let sound = *self.glides.entry(glide).or_insert_with(|| {
            sounds.push(Sound { kind: SoundKind::Glide(glide), frames: glide.frames(rate) });
            sounds.len() as u32 - 1
        });
        let end = at + glide.length;
        let ear = self.ears[step];
        self.cues.push(Planned { at, end, sound, step: step as u32, goes_on: false, ear });
    }

    /// Plays an audio file at a moment and gives the moment at which it has ended.
    pub fn play_audio(
        &mut self,
        clip: &Clip,
        audio: &Arc<Recording>,
        at: Millis,
        step: usize,
    ) -> Millis {
        let frames = resampled_frames(audio, self.rate);
        let sounds = &mut self.sounds;
        let sound = *self.audio.entry(Arc::as_ptr(audio)).or_insert_with(|| {
            let (file, words) = (clip.file.text.clone(), clip.text.clone());
            let kind = SoundKind::Clip { file, words, audio: Arc::clone(audio) };
            sounds.push(Sound { kind, frames });
            sounds.len() as u32 - 1
        });
        let end = at + self.rate.millis_covering(frames);
        let ear = self.ears[step];
        self.cues.push(Planned { at, end, sound, step: step as u32, goes_on: false, ear });
        end
    }

    /// The sound that a tone is.
    pub fn sound_of_tone(&mut self, tone: Tone) -> u32 {
        let (sounds, rate) = (&mut self.sounds, self.rate);
        *self.tones.entry(tone).or_insert_with(|| {
            sounds.push(Sound { kind: SoundKind::Tone(tone), frames: tone.frames(rate) });
            sounds.len() as u32 - 1
        })
    }

    /// The cues, each at its frame.
    pub fn placed_cues(&self) -> Vec<Cue> {
        let cue = |planned: &Planned| Cue {
            at: self.frame_at(planned.at),
            sound: planned.sound,
            step: planned.step,
            goes_on: planned.goes_on,
            cut: None,
            ear: planned.ear,
        };
        self.cues.iter().map(cue).collect()
    }

    /// Whether a sound is spoken.
    pub fn is_voice(&self, sound: u32) -> bool {
        matches!(self.sounds[sound as usize].kind, SoundKind::Voice { .. })
    }

    fn sound_of_clip(&mut self, spoken: Spoken) -> u32 {
        let (sounds, voice, rate) = (&mut self.sounds, self.voice, self.rate);
        *self.clips.entry(spoken.clip).or_insert_with(|| {
            let words = voice.entry(spoken.clip).words.clone();
            let kind = SoundKind::Voice { clip: spoken.clip, words };
            sounds.push(Sound { kind, frames: voice.frames(spoken.clip, rate) });
            sounds.len() as u32 - 1
        })
    }
}

fn no_time(message: &str) -> Problem {
    Problem::error("no-time", Span::default(), message)
        .help("a timed step has a time, and whole seconds can be said")
}

fn no_side() -> Problem {
    let message = "there is no side here for `{side}` to name";
    Problem::error("no-side", Span::default(), message).help(
        "put the step into `sides`, choose one with --side, or give the routine a `side_word` such \
         as \"sore\"",
    )
}

fn placeholders_help() -> String {
    let names: Vec<String> = PLACEHOLDERS.iter().map(|(name, _)| format!("`{{{name}}}`")).collect();
    format!("there are {}, and the routine's own `params`", names.join(", "))
}

/// How many frames an audio file has at another rate.
fn resampled_frames(audio: &Recording, rate: Rate) -> Frames {
    Frames(audio.frames() as u64 * u64::from(rate.hz()) / u64::from(audio.rate()))
}

/// A line that is longer than its slot; `what` names what comes after the slot.
pub fn overrun(line: &Line, slot: Millis, what: &str) -> Problem {
    let (words, length, slot) = (cut(line.text.trim(), 200), line.length.0, slot.0);
    let message = format!("“{words}” takes {length} ms, but only {slot} ms are left before {what}");
    Problem::error("voice-overruns", line.span, message)
        .help("use fewer words, give the step more time, or move one of the two")
}
