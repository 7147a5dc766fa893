//! What a routine of kind `cramp` must keep to: a muscle that still contracts tears when
//! it is stretched, so the contraction is helped to finish first.

use super::{Action, Routine, Step, Verb};
use crate::problem::{Problem, Problems};
use crate::time::Millis;

/// How long a stretch is held.
const HOLD: Millis = Millis::from_secs(60);
/// How long the muscle is given between two deepenings.
const EVERY: Millis = Millis::from_secs(15);

/// Notes, as warnings, a stretch before the squeezes and the breaths are done, holds
/// shorter than 60 s, and deepenings that are not 15 s apart.
pub fn check(routine: &Routine, problems: &mut Problems) {
    let mut done = Done::default();
    check_all(&routine.steps, &mut done, problems);
}

/// What came before a stretch.
#[derive(Default)]
struct Done {
    squeezed: bool,
    breathed: bool,
}

fn check_all(steps: &[Step], done: &mut Done, problems: &mut Problems) {
    for step in steps {
        match &step.action {
            Action::Timed(timed) if timed.verb == Verb::Squeeze => done.squeezed = true,
            Action::Breathe(_) => done.breathed = done.squeezed,
            Action::Timed(timed) if timed.verb == Verb::Hold => {
                ensure_contraction_is_over(step, done, problems);
                let shortest = timed.doses.iter().copied().min().unwrap_or(timed.length);
                if shortest < HOLD {
                    let message = format!("this holds for {shortest}, less than {HOLD}");
                    problems.push(Problem::warning("short-hold", step.span, message));
                }
            }
            Action::Deepen(deepen) => {
                ensure_contraction_is_over(step, done, problems);
                let every = deepen.timed.length;
                if every != EVERY {
                    let message = format!("this deepens every {every}, not every {EVERY}");
                    problems.push(Problem::warning("deepen-pace", step.span, message));
                }
            }
            action => check_all(action.steps(), done, problems),
        }
    }
}

fn ensure_contraction_is_over(step: &Step, done: &Done, problems: &mut Problems) {
    if !done.breathed {
        let message =
            "this stretches a cramped muscle before the squeezes and the breaths are done";
        let problem = Problem::warning("stretch-too-early", step.span, message);
        problems.push(
            problem.help("first `squeeze` and `release`, then `breathe`, and stretch after that"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Tongue, read};

    fn codes(steps: &str) -> Vec<&'static str> {
        let text = format!(r#"{{"kind": "cramp", "steps": [{steps}]}}"#);
        let (_, problems) = read(&text, &[], Tongue::default()).unwrap();
        problems.iter().map(|problem| problem.code).collect()
    }

    const FIRST: &str = r#"{"squeeze": 5}, {"release": 10}, {"breathe": {}}"#;

    #[test]
    fn a_cramp_is_never_stretched_before_its_contraction_is_over() {
        assert_eq!(codes(&format!(r#"{FIRST}, {{"deepen": {{}}}}, {{"hold": 60}}"#)), [""; 0]);
        assert_eq!(codes(&format!(r#"{{"hold": 60}}, {FIRST}"#)), ["stretch-too-early"]);
        let in_sides = r#"{"squeeze": 5}, {"sides": [{"deepen": {}}]}, {"breathe": {}}"#;
        assert_eq!(codes(in_sides), ["stretch-too-early"]);
        assert_eq!(
            codes(r#"{"breathe": {}}, {"squeeze": 5}, {"hold": 60}"#),
            ["stretch-too-early"]
        );
    }

    #[test]
    fn holds_and_deepenings_keep_to_their_times() {
        let short = format!(r#"{FIRST}, {{"deepen": {{"every": "10s"}}}}, {{"hold": "30s"}}"#);
        assert_eq!(codes(&short), ["deepen-pace", "short-hold"]);
    }
}
