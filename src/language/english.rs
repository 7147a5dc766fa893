//! English.

use super::{Phrasebook, Unit, Verbs, composed};

pub(super) static PHRASES: Phrasebook = Phrasebook {
    tag: "en",
    cardinal,
    counted,
    sides: ["left", "right"],
    verbs: Verbs {
        squeeze: "Squeeze",
        release: "Release",
        breathe: "Breathe",
        hold: "Hold",
        rest: "Rest",
        work: "Work",
        deepen: "Deepen",
        wait: "Wait",
    },
    lasting: "{verb} for {time}.",
    ease_in: "Ease into the stretch.",
    deeper: ["Go a little deeper, if you can.", "And a little deeper, if you can."],
    deepening: "go a little deeper",
    breathe_in: "Breathe in.",
    breathe_out: "Breathe out.",
    hold_breath: "Hold.",
    halfway: "Halfway.",
    left: "{time} left.",
    first_side: "{side} side.",
    other_side: "Switch sides. {side} side.",
    take_time: "Take your time.",
    ready: "Ready?",
    next_up: "Next up, {name}.",
    almost_there: "Almost there.",
    keep_going: "Keep going.",
    of: "of",
};

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

fn cardinal(number: u64) -> String {
    composed(number, &ONES, &TENS, |ten, one| format!("{ten} {one}"))
}

fn counted(count: u64, unit: Unit) -> String {
    let unit = match unit {
        Unit::Hour => "hour",
        Unit::Minute => "minute",
        Unit::Second => "second",
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", cardinal(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spelt_as_they_are_spoken() {
        let spelt = [0, 9, 11, 20, 45, 60, 99].map(cardinal);
        let spoken = ["zero", "nine", "eleven", "twenty", "forty five", "sixty", "ninety nine"];
        assert_eq!(spelt, spoken);
    }

    #[test]
    fn durations_name_only_the_units_they_have() {
        let words = |text: &str| PHRASES.duration(text.parse().unwrap());
        assert_eq!(words("1s").as_deref(), Some("one second"));
        assert_eq!(words("60s").as_deref(), Some("one minute"));
        assert_eq!(words("1m30s").as_deref(), Some("one minute thirty seconds"));
        assert_eq!(
            words("2h59m59s").as_deref(),
            Some("two hours fifty nine minutes fifty nine seconds")
        );
        assert_eq!(words("1500ms"), None);
    }
}
