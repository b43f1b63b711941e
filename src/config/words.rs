//! serde's words as a person would say them.

/// What is wrong with a value, in the form `must be a number, got "high"`.
pub(super) fn plain(said: &str) -> String {
    let said = said.trim();
    for start in ["invalid type: ", "invalid value: "] {
        if let Some((found, expected)) = said
            .strip_prefix(start)
            .and_then(|rest| rest.split_once(", expected "))
        {
            return format!("must be {}, got {}", kind(expected), value(found));
        }
    }
    if let Some((found, expected)) = said
        .strip_prefix("unknown variant `")
        .and_then(|rest| rest.split_once("`, expected "))
    {
        let known = expected.trim_start_matches("one of ").replace('`', "");
        return format!("must be one of {known}, got '{found}'");
    }
    if let Some((found, expected)) = said
        .strip_prefix("invalid length ")
        .and_then(|rest| rest.split_once(", expected an array of length "))
    {
        return format!("must be a list of {expected}, got one of {found}");
    }
    if said.contains("untagged enum ClassRef") {
        return "must be a class's number or name, such as 0 or person".into();
    }
    said.to_owned()
}

/// What was expected.
fn kind(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not negative",
        "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "a borrowed string" | "path string" => "text",
        "a sequence" => "a list, such as [a, b]",
        "a map" => "keys with values",
        _ if expected.starts_with("an array of length") => "a list of numbers",
        _ if expected.starts_with("struct ") => "keys with values",
        _ => expected,
    }
}

/// What was found.
fn value(found: &str) -> String {
    let quoted = |start: &str| found.strip_prefix(start).map(|v| v.replace('`', ""));
    quoted("string ")
        .or_else(|| quoted("integer "))
        .or_else(|| quoted("floating point "))
        .or_else(|| quoted("boolean "))
        .unwrap_or_else(|| match found {
            "map" => "keys with values".into(),
            "sequence" => "a list".into(),
            "null" | "unit value" | "Option value" => "nothing".into(),
            _ => found.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn says_what_must_be_and_what_was_found() {
        for (said, plainly) in [
            (
                "invalid type: string \"many\", expected u32",
                "must be a whole number, not negative, got \"many\"",
            ),
            (
                "invalid type: map, expected a sequence",
                "must be a list, such as [a, b], got keys with values",
            ),
            (
                "invalid type: null, expected f32",
                "must be a number, got nothing",
            ),
            (
                "unknown variant `loud`, expected one of `error`, `warn`",
                "must be one of error, warn, got 'loud'",
            ),
            (
                "invalid length 2, expected an array of length 4",
                "must be a list of 4, got one of 2",
            ),
            (
                "must be auto, cpu or cuda:N, got 'gpu'",
                "must be auto, cpu or cuda:N, got 'gpu'",
            ),
        ] {
            assert_eq!(plain(said), plainly);
        }
    }
}
