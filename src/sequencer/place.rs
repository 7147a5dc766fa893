//! Where in a routine a step stands: what placeholders in its words become.

use crate::routine::{Action, Step, Timed};
use crate::time::Millis;
use crate::timeline::Side;

/// Among so many steps the next timed one is looked for: further on it is not the next.
const LOOKAHEAD: usize = 100;

/// Where a step stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// The side that is worked on.
    pub side: Option<Side>,
    /// The number of the round, and how many there are.
    pub round: Option<(u32, u32)>,
    /// How long the step lasts.
    pub time: Option<Millis>,
}

/// Steps that are still to come, and where they stand; the nearest last.
pub type Ahead<'a> = Vec<(&'a [Step], Place)>;

/// The next timed step, and where it stands. Of optional steps only the next `optional` are
/// done.
pub fn next_timed<'a>(ahead: &Ahead<'a>, optional: u32) -> Option<(&'a Timed, Place)> {
    let mut search = Search { seen: 0, optional };
    ahead.iter().rev().find_map(|(steps, place)| first_timed(steps, *place, &mut search))
}

/// How far the next timed step was looked for.
struct Search {
    seen: usize,
    /// How many optional steps are still done.
    optional: u32,
}

fn first_timed<'a>(
    steps: &'a [Step],
    place: Place,
    search: &mut Search,
) -> Option<(&'a Timed, Place)> {
    for step in steps {
        search.seen += 1;
        if search.seen > LOOKAHEAD {
            return None;
        }
        if step.optional {
            let Some(left) = search.optional.checked_sub(1) else { continue };
            search.optional = left;
        }
        let mut place = Place { side: step.side.or(place.side), ..place };
        let timed = match &step.action {
            Action::Timed(timed) => Some(timed),
            Action::Breathe(breathe) => Some(&breathe.timed),
            Action::Deepen(deepen) => Some(&deepen.timed),
            Action::Repeat { times, .. } => {
                place.round = Some((1, *times));
                None
            }
            Action::Sides { .. } => {
                place.side = place.side.or(Some(Side::Left));
                None
            }
            _ => None,
        };
        let found = timed.map(|timed| (timed, place));
        if let Some(found) = found.or_else(|| first_timed(step.action.steps(), place, search)) {
            return Some(found);
        }
    }
    None
}
