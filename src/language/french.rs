//! French: `et` before a one, and units are feminine.

use super::{Phrasebook, Unit, Verbs};

pub(super) static PHRASES: Phrasebook = Phrasebook {
    tag: "fr",
    cardinal,
    counted,
    sides: ["gauche", "droit"],
    verbs: Verbs {
        squeeze: "Serre",
        release: "Relâche",
        breathe: "Respire",
        hold: "Tiens",
        rest: "Repose-toi",
        work: "Vas-y",
        deepen: "Étire",
        wait: "Attends",
    },
    lasting: "{verb} pendant {time}.",
    ease_in: "Entre doucement dans l'étirement.",
    deeper: ["Va un peu plus loin, si tu peux.", "Et encore un peu plus loin, si tu peux."],
    deepening: "va un peu plus loin",
    breathe_in: "Inspire.",
    breathe_out: "Expire.",
    hold_breath: "Bloque.",
    halfway: "À la moitié.",
    left: "Encore {time}.",
    first_side: "Côté {side}.",
    other_side: "Change de côté. Côté {side}.",
    take_time: "Prends ton temps.",
    ready: "Prêt ?",
    next_up: "Ensuite, {name}.",
    almost_there: "C'est presque fini.",
    keep_going: "Continue.",
    of: "sur",
};

const ONES: [&str; 20] = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
];
/// The tens that have a name of their own.
const TENS: [&str; 7] = ["", "", "vingt", "trente", "quarante", "cinquante", "soixante"];

fn cardinal(number: u64) -> String {
    let (ten, one) = ((number / 10) as usize, (number % 10) as usize);
    match number {
        0..20 => ONES[number as usize].into(),
        // Up to 79 in twenties from sixty, then in twenties from eighty.
        71 => "soixante et onze".into(),
        70..80 => format!("soixante-{}", ONES[number as usize - 60]),
        80 => "quatre-vingts".into(),
        81..100 => format!("quatre-vingt-{}", ONES[number as usize - 80]),
        _ if one == 0 => TENS[ten].into(),
        _ if one == 1 => format!("{} et un", TENS[ten]),
        _ => format!("{}-{}", TENS[ten], ONES[one]),
    }
}

fn counted(count: u64, unit: Unit) -> String {
    let unit = match unit {
        Unit::Hour => "heure",
        Unit::Minute => "minute",
        Unit::Second => "seconde",
    };
    let number = cardinal(count);
    let ends_in_one = count != 11 && count != 71 && count != 91 && count % 10 == 1;
    let feminine = if ends_in_one { "e" } else { "" };
    let plural = if count == 1 { "" } else { "s" };
    format!("{number}{feminine} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenties_and_ones_have_rules_of_their_own() {
        let spelt = [1, 17, 21, 22, 45, 60, 70, 71, 77, 80, 81, 91, 99].map(cardinal);
        let spoken = [
            "un",
            "dix-sept",
            "vingt et un",
            "vingt-deux",
            "quarante-cinq",
            "soixante",
            "soixante-dix",
            "soixante et onze",
            "soixante-dix-sept",
            "quatre-vingts",
            "quatre-vingt-un",
            "quatre-vingt-onze",
            "quatre-vingt-dix-neuf",
        ];
        assert_eq!(spelt, spoken);
    }

    #[test]
    fn a_one_before_a_unit_is_feminine() {
        let words = |text: &str| PHRASES.duration(text.parse().unwrap()).unwrap();
        assert_eq!(words("1m30s"), "une minute trente secondes");
        assert_eq!(words("21s"), "vingt et une secondes");
        assert_eq!(words("11s"), "onze secondes");
        assert_eq!(words("1h2m"), "une heure deux minutes");
    }
}
