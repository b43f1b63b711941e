//! Escapes of quoted YAML scalars.

/// A text with its escapes resolved.
pub fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '\'']) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        let sign = chars.next();
        let next = chars.next();
        let digits = match (sign, next) {
            (Some('\\'), Some('x')) => 2,
            (Some('\\'), Some('u')) => 4,
            (Some('\\'), Some('U')) => 8,
            _ => 0,
        };
        let code = rest.get(at + 2..at + 2 + digits).filter(|_| digits > 0);
        let code = code.and_then(|hex| u32::from_str_radix(hex, 16).ok());
        if let Some(character) = code.and_then(char::from_u32) {
            out.push(character);
            rest = &rest[at + 2 + digits..];
            continue;
        }
        match (sign, next) {
            (Some('\\'), Some(c @ ('/' | '"' | '\\'))) => {
                out.push(c);
                rest = &rest[at + 2..];
            }
            (Some('\''), Some('\'')) => {
                out.push('\'');
                rest = &rest[at + 2..];
            }
            (Some(c), _) => {
                out.push(c);
                rest = &rest[at + 1..];
            }
            (None, _) => break,
        }
    }
    out.push_str(rest);
    out
}
