//! The routine as it is played live beside the routine as a file has it: live, open steps
//! last as long as they may, and people count by what `show` shows.

use std::sync::Arc;

use super::moves;
use crate::time::{Frames, Millis};
use crate::timeline::Timeline;

/// A routine laid out both ways.
#[derive(Debug)]
pub struct Plan {
    /// As it is played.
    pub live: Arc<Timeline>,
    /// As a file has it.
    pub file: Timeline,
    /// The step of the file for each live step.
    steps: Vec<usize>,
}

impl Plan {
    /// Puts the two side by side.
    pub fn new(live: Arc<Timeline>, file: Timeline) -> Self {
        let mut steps = Vec::with_capacity(live.steps.len());
        let mut first = 0;
        for group in live.steps.chunk_by(|a, b| a.exit.is_some() && a.exit == b.exit) {
            let exit = file.steps.get(first).and_then(|step| step.exit);
            let in_file = match exit {
                Some(_) => file.steps[first..].iter().take_while(|step| step.exit == exit).count(),
                None => 1,
            };
            steps.extend((0..group.len()).map(|turn| first + turn.min(in_file - 1)));
            first += in_file;
        }
        Self { live, file, steps }
    }

    /// Where a moment of what is played stands in the file.
    pub fn in_file(&self, moment: Frames) -> Frames {
        let Some(live) = self.live.step_at(moment) else { return moment };
        let (step, begin) = (&self.file.steps[self.steps[live]], self.live.steps[live].at);
        step.at + Frames(moment.0.saturating_sub(begin.0).min(step.frames.0))
    }

    /// Where a moment of the file stands in what is played.
    fn in_live(&self, moment: Frames) -> Frames {
        let Some(step) = self.file.step_at(moment) else { return moment };
        let live = self.steps.iter().position(|file| *file == step).unwrap_or(0);
        let (begin, live) = (self.file.steps[step].at, &self.live.steps[live]);
        live.at + Frames(moment.0.saturating_sub(begin.0).min(live.frames.0))
    }

    /// The frame to begin at for `--from`: a step's number or name as `show` has it, or a
    /// time.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn find(&self, from: &str) -> Result<Frames, String> {
        if let Some(time) = time(from) {
            let moment = self.file.rate.frame_at(time);
            if moment >= self.file.frames {
                let length = self.file.rate.moment_of(self.file.frames).clock();
                return Err(format!("--from {from}: the routine lasts {length}"));
            }
            return Ok(moves::sentence_at(&self.live, self.in_live(moment)));
        }
        let step = match from.parse::<usize>() {
            Ok(number) => self.steps.iter().position(|file| *file == number),
            Err(_) => self.named(from),
        };
        let step = step.ok_or_else(|| {
            format!("--from {from}: there is no such step; `earcoach show` lists them")
        })?;
        Ok(self.live.steps[step].at)
    }

    /// What to give to `--from` to go on at a moment of what is played: a time as short as
    /// says it, or the step's name where the file has no such moment.
    pub fn name_of(&self, moment: Frames) -> String {
        let here = moves::sentence_at(&self.live, moment);
        let time = self.live.rate.moment_of(self.in_file(here));
        let whole = time.clock();
        let exact = format!("{whole}.{:03}", time.0 % 1000);
        let cues_before = |at| self.live.cues.partition_point(|cue| cue.at < at);
        let is_same = |from: &String| {
            self.find(from).is_ok_and(|at| {
                self.live.step_at(at) == self.live.step_at(here)
                    && cues_before(at) == cues_before(here)
            })
        };
        let label = self.live.step_at(here).map(|step| self.live.steps[step].label.clone());
        let leads_here = |label: &String| {
            self.find(label).is_ok_and(|at| self.live.step_at(at) == self.live.step_at(here))
        };
        let named = label.filter(leads_here);
        [whole, exact.clone()].into_iter().find(is_same).or(named).unwrap_or(exact)
    }

    /// The first step of that name, or whose name begins so.
    fn named(&self, name: &str) -> Option<usize> {
        if name.is_empty() {
            return None;
        }
        let name = name.to_lowercase();
        let labels = || {
            let live = self.live.steps.iter().map(|step| step.label.to_lowercase());
            let file = self.steps.iter().map(|file| self.file.steps[*file].label.to_lowercase());
            live.zip(file)
        };
        let whole = labels().position(|(live, file)| live == name || file == name);
        whole.or_else(|| labels().position(|(live, _)| live.starts_with(&name)))
    }
}

/// `M:SS` or `H:MM:SS`, with milliseconds or without.
fn time(text: &str) -> Option<Millis> {
    let (text, millis) = match text.split_once('.') {
        Some((text, millis)) if millis.len() == 3 => (text, millis.parse::<u16>().ok()?),
        Some(_) => return None,
        None => (text, 0),
    };
    let parts: Vec<&str> = text.split(':').collect();
    let is_number = |part: &&str| {
        (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !(2..=3).contains(&parts.len()) || !parts.iter().all(is_number) {
        return None;
    }
    let seconds = parts.iter().try_fold(0, |sum, part| Some(sum * 60 + part.parse::<u64>().ok()?));
    seconds.map(|seconds| Millis::from_secs(seconds) + Millis(millis.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routine::parse;
    use crate::sequencer::{GuardMode, Options, sequence};
    use crate::voice::Voice;

    fn plan() -> Plan {
        let routine = r#"{"steps": [
            {"say": "Get ready."},
            {"deepen": {"times": 2, "until": "limit", "at_most": 5}},
            {"hold": "30s"},
            {"rest": {"name": "Sit", "for": "5s"}}
        ]}"#;
        let (routine, voice) = (parse(routine).unwrap(), Voice::built_in());
        let lay_out = |live| {
            let options = Options { live, guard: GuardMode::Off, ..Options::default() };
            sequence(&routine, "any", &voice, &options).unwrap()
        };
        Plan::new(Arc::new(lay_out(true)), lay_out(false))
    }

    #[test]
    fn every_live_step_has_its_step_of_the_file() {
        assert_eq!(plan().steps, [0, 1, 2, 2, 2, 2, 3, 4]);
    }

    #[test]
    fn one_begins_at_a_number_a_name_or_a_time() {
        let plan = plan();
        let at = |step: usize| Ok(plan.live.steps[step].at);
        assert_eq!(plan.find("3"), at(6));
        assert_eq!(plan.find("hold"), at(6));
        assert_eq!(plan.find("Deepen 2 of 2"), at(2));
        assert_eq!(plan.find("deepen"), at(1));
        assert_eq!(plan.find("Sit"), at(7));
        let hold = &plan.file.steps[3];
        let ten_in = plan.file.rate.moment_of(hold.timed.unwrap().0).0 / 1000 + 10;
        let found = plan.find(&format!("0:{ten_in}")).unwrap();
        assert_eq!(plan.live.step_at(found), Some(6));
        assert_eq!(plan.in_file(found), Frames(ten_in * 48_000));
        assert!(plan.find("9:00").unwrap_err().contains("the routine lasts 1:1"));
        assert!(plan.find("stand on your head").is_err());
        assert!(plan.find("99").is_err());
    }

    #[test]
    fn one_goes_on_where_one_stopped() {
        let plan = plan();
        let label = |from: &str| {
            let at = plan.find(from).unwrap();
            plan.live.steps[plan.live.step_at(at).unwrap()].label.clone()
        };
        // The hold begins within a second of the file, which is the deepening's still.
        let hold = plan.live.steps[6].at;
        let from = plan.name_of(hold);
        assert_eq!(label(&from), "Hold", "{from}");
        // The file has no fifth deepening.
        let fifth = plan.live.steps[5].at + Frames(48_000);
        assert_eq!(plan.name_of(fifth), plan.live.steps[5].label);
        // In the midst of a silence a whole second says it.
        let resting = plan.live.steps[7].timed.unwrap().0 + Frames(48_000 + 12_345);
        assert!(!plan.name_of(resting).contains('.'), "{}", plan.name_of(resting));
    }

    #[test]
    fn what_is_played_never_goes_back_in_the_file() {
        let plan = plan();
        let moments = (0..plan.live.frames.0).step_by(4_000).map(Frames);
        let in_file: Vec<Frames> = moments.map(|moment| plan.in_file(moment)).collect();
        let within_steps = in_file.windows(2).filter(|pair| pair[0] > pair[1]).count();
        // Only a deepening that a file does not have stands at the one before.
        assert!(within_steps <= 3, "{within_steps}");
    }
}
