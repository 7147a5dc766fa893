//! Italian: tens lose their last letter before `uno` and `otto`.

use super::{Phrasebook, Unit, Verbs, composed};

pub(super) static PHRASES: Phrasebook = Phrasebook {
    tag: "it",
    cardinal,
    counted,
    sides: ["sinistro", "destro"],
    verbs: Verbs {
        squeeze: "Stringi",
        release: "Rilascia",
        breathe: "Respira",
        hold: "Tieni",
        rest: "Riposa",
        work: "Via",
        deepen: "Allunga",
        wait: "Aspetta",
    },
    lasting: "{verb} per {time}.",
    ease_in: "Entra piano nell'allungamento.",
    deeper: ["Vai un po' più a fondo, se puoi.", "E ancora un po' più a fondo, se puoi."],
    deepening: "vai un po' più a fondo",
    breathe_in: "Inspira.",
    breathe_out: "Espira.",
    hold_breath: "Trattieni.",
    halfway: "Sei a metà.",
    left: "Ancora {time}.",
    first_side: "Lato {side}.",
    other_side: "Cambia lato. Lato {side}.",
    take_time: "Prenditi il tuo tempo.",
    ready: "Ci sei?",
    next_up: "Adesso: {name}.",
    almost_there: "Ci sei quasi.",
    keep_going: "Continua così.",
    of: "di",
};

const ONES: [&str; 20] = [
    "zero",
    "uno",
    "due",
    "tre",
    "quattro",
    "cinque",
    "sei",
    "sette",
    "otto",
    "nove",
    "dieci",
    "undici",
    "dodici",
    "tredici",
    "quattordici",
    "quindici",
    "sedici",
    "diciassette",
    "diciotto",
    "diciannove",
];
const TENS: [&str; 10] = [
    "",
    "",
    "venti",
    "trenta",
    "quaranta",
    "cinquanta",
    "sessanta",
    "settanta",
    "ottanta",
    "novanta",
];

fn cardinal(number: u64) -> String {
    composed(number, &ONES, &TENS, |ten, one| {
        let stem = if matches!(one, "uno" | "otto") { &ten[..ten.len() - 1] } else { ten };
        // A three at the end of a longer number has an accent.
        let one = if one == "tre" { "tré" } else { one };
        format!("{stem}{one}")
    })
}

fn counted(count: u64, unit: Unit) -> String {
    let (one, many) = match unit {
        Unit::Hour => ("un'ora", "ore"),
        Unit::Minute => ("un minuto", "minuti"),
        Unit::Second => ("un secondo", "secondi"),
    };
    if count == 1 { one.into() } else { format!("{} {many}", cardinal(count)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tens_are_cut_before_a_vowel() {
        let spelt = [1, 17, 21, 23, 28, 45, 81].map(cardinal);
        let spoken = [
            "uno",
            "diciassette",
            "ventuno",
            "ventitré",
            "ventotto",
            "quarantacinque",
            "ottantuno",
        ];
        assert_eq!(spelt, spoken);
    }

    #[test]
    fn one_of_a_unit_has_an_article() {
        let words = |text: &str| PHRASES.duration(text.parse().unwrap()).unwrap();
        assert_eq!(words("1h1m1s"), "un'ora un minuto un secondo");
        assert_eq!(words("21m"), "ventuno minuti");
    }
}
