//! Spanish: one word up to twenty nine, `y` from thirty one on.

use super::{Phrasebook, Unit, Verbs, composed};

pub(super) static PHRASES: Phrasebook = Phrasebook {
    tag: "es",
    cardinal,
    counted,
    sides: ["izquierdo", "derecho"],
    verbs: Verbs {
        squeeze: "Aprieta",
        release: "Suelta",
        breathe: "Respira",
        hold: "Mantén",
        rest: "Descansa",
        work: "Vamos",
        deepen: "Estira",
        wait: "Espera",
    },
    lasting: "{verb} durante {time}.",
    ease_in: "Entra despacio en el estiramiento.",
    deeper: ["Ve un poco más allá, si puedes.", "Y un poco más allá, si puedes."],
    deepening: "ve un poco más allá",
    breathe_in: "Inspira.",
    breathe_out: "Espira.",
    hold_breath: "Aguanta.",
    halfway: "Vas por la mitad.",
    left: "Quedan {time}.",
    first_side: "Lado {side}.",
    other_side: "Cambia de lado. Lado {side}.",
    take_time: "Tómate tu tiempo.",
    ready: "¿Listo?",
    next_up: "Ahora viene: {name}.",
    almost_there: "Ya casi está.",
    keep_going: "Sigue así.",
    of: "de",
};

const ONES: [&str; 20] = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
];
const TWENTIES: [&str; 10] = [
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];
const TENS: [&str; 10] =
    ["", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];

fn cardinal(number: u64) -> String {
    match number {
        20..30 => TWENTIES[number as usize - 20].into(),
        _ => composed(number, &ONES, &TENS, |ten, one| format!("{ten} y {one}")),
    }
}

/// A one agrees with its unit: `un minuto`, `una hora`, `veintiún segundos`.
fn counted(count: u64, unit: Unit) -> String {
    let unit_name = match unit {
        Unit::Hour => "hora",
        Unit::Minute => "minuto",
        Unit::Second => "segundo",
    };
    let number = cardinal(count);
    let number = match (number.strip_suffix("uno"), unit) {
        (Some(stem), Unit::Hour) => format!("{stem}una"),
        (Some("veinti"), _) => "veintiún".into(),
        (Some(stem), _) => format!("{stem}un"),
        (None, _) => number,
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{number} {unit_name}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_one_word_up_to_twenty_nine() {
        let spelt = [1, 16, 20, 22, 30, 31, 45, 99].map(cardinal);
        let spoken = [
            "uno",
            "dieciséis",
            "veinte",
            "veintidós",
            "treinta",
            "treinta y uno",
            "cuarenta y cinco",
            "noventa y nueve",
        ];
        assert_eq!(spelt, spoken);
    }

    #[test]
    fn a_one_agrees_with_its_unit() {
        let words = |text: &str| PHRASES.duration(text.parse().unwrap()).unwrap();
        assert_eq!(words("1m1s"), "un minuto un segundo");
        assert_eq!(words("1h21s"), "una hora veintiún segundos");
        assert_eq!(words("31s"), "treinta y un segundos");
        assert_eq!(words("11s"), "once segundos");
    }
}
