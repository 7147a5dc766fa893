//! The texts of a w2a workout: what stands in `{{ }}` is filled in, as far as it is one of
//! the five values that there are.

/// What can be filled in.
pub(super) type Values<'v> = [(&'static str, &'v str)];

/// `text` with its values filled in.
///
/// # Errors
/// The first thing in `{{ }}` that is none of the values.
pub(super) fn fill(text: &str, values: &Values) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((action, tail)) = after.split_once("}}") else {
            return Err(format!("{{{{{after}"));
        };
        let trimmed = action.strip_prefix("- ").unwrap_or(action);
        let trimmed = trimmed.strip_suffix(" -").unwrap_or(trimmed);
        let value = values.iter().find(|(name, _)| trimmed.trim() == *name);
        let Some((_, value)) = value else { return Err(format!("{{{{{action}}}}}")) };
        // `{{-` and `-}}` take the white space away before and after.
        filled.push_str(if action.starts_with("- ") { before.trim_end() } else { before });
        filled.push_str(value);
        rest = if action.ends_with(" -") { tail.trim_start() } else { tail };
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_are_filled_in_and_others_are_named() {
        let values = [(".Name", "{{ .Time }}"), (".Time", "30 seconds")];
        let filled = |text| fill(text, &values);
        assert_eq!(filled("{{ .Name }} for {{.Time}}"), Ok("{{ .Time }} for 30 seconds".into()));
        assert_eq!(filled("In {{- .Time -}} go {side}"), Ok("In30 secondsgo {side}".into()));
        assert_eq!(filled("Go {{ if .Name }}"), Err("{{ if .Name }}".into()));
        assert_eq!(filled("Go {{ .Name"), Err("{{ .Name".into()));
    }
}
