//! Numbers and durations in English words.

use crate::time::Millis;

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

/// A number from 0 to 99 in words, such as `forty five`; greater ones stay figures.
pub fn cardinal(number: u64) -> String {
    let (tens, ones) = ((number / 10) as usize, (number % 10) as usize);
    match number {
        0..20 => ONES[number as usize].into(),
        20..100 if ones == 0 => TENS[tens].into(),
        20..100 => format!("{} {}", TENS[tens], ONES[ones]),
        _ => number.to_string(),
    }
}

/// A duration in words, such as `one minute thirty seconds`; `None` when it has
/// parts of a second, which nobody says.
pub fn duration(length: Millis) -> Option<String> {
    if !length.0.is_multiple_of(1000) {
        return None;
    }
    let seconds = length.0 / 1000;
    let parts = [(seconds / 3600, "hour"), (seconds / 60 % 60, "minute"), (seconds % 60, "second")];
    let words = parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| {
        let plural = if *count == 1 { "" } else { "s" };
        format!("{} {unit}{plural}", cardinal(*count))
    });
    Some(words.collect::<Vec<_>>().join(" "))
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
        let words = |text: &str| duration(text.parse().unwrap());
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
