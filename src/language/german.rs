//! German: the ones come before the tens, and units are feminine.

use super::{Phrasebook, Unit, Verbs, composed};

pub(super) static PHRASES: Phrasebook = Phrasebook {
    tag: "de",
    cardinal,
    counted,
    sides: ["linke", "rechte"],
    verbs: Verbs {
        squeeze: "Drücke",
        release: "Lass los",
        breathe: "Atme",
        hold: "Halte",
        rest: "Ruh dich aus",
        work: "Los",
        deepen: "Tiefer",
        wait: "Warte",
    },
    lasting: "{verb}, {time}.",
    ease_in: "Geh sanft in die Dehnung.",
    deeper: ["Geh etwas tiefer, wenn du kannst.", "Und noch etwas tiefer, wenn du kannst."],
    deepening: "geh etwas tiefer",
    breathe_in: "Atme ein.",
    breathe_out: "Atme aus.",
    hold_breath: "Halte.",
    halfway: "Die Hälfte.",
    left: "Noch {time}.",
    first_side: "{side} Seite.",
    other_side: "Seite wechseln. {side} Seite.",
    take_time: "Lass dir Zeit.",
    ready: "Bereit?",
    next_up: "Als Nächstes: {name}.",
    almost_there: "Gleich geschafft.",
    keep_going: "Mach weiter.",
    of: "von",
};

const ONES: [&str; 20] = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
];
const TENS: [&str; 10] = [
    "", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig",
];

fn cardinal(number: u64) -> String {
    composed(number, &ONES, &TENS, |ten, one| {
        // `eins` loses its end before `und`.
        let one = if one == "eins" { "ein" } else { one };
        format!("{one}und{ten}")
    })
}

fn counted(count: u64, unit: Unit) -> String {
    let (one, many) = match unit {
        Unit::Hour => ("Stunde", "Stunden"),
        Unit::Minute => ("Minute", "Minuten"),
        Unit::Second => ("Sekunde", "Sekunden"),
    };
    if count == 1 { format!("eine {one}") } else { format!("{} {many}", cardinal(count)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ones_come_first() {
        let spelt = [1, 16, 17, 21, 30, 45, 99].map(cardinal);
        let spoken = [
            "eins",
            "sechzehn",
            "siebzehn",
            "einundzwanzig",
            "dreißig",
            "fünfundvierzig",
            "neunundneunzig",
        ];
        assert_eq!(spelt, spoken);
    }

    #[test]
    fn units_are_feminine() {
        let words = |text: &str| PHRASES.duration(text.parse().unwrap()).unwrap();
        assert_eq!(words("1m1s"), "eine Minute eine Sekunde");
        assert_eq!(words("1h21s"), "eine Stunde einundzwanzig Sekunden");
        assert_eq!(PHRASES.time_left("10s".parse().unwrap()).unwrap(), "Noch zehn Sekunden.");
    }
}
