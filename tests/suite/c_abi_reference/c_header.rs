//! The parts of the C header: its introduction, and each declaration with its comment.

/// A declaration at the outermost level, with the comment above it.
#[derive(Debug)]
pub struct Declaration {
    /// The comment: Markdown, one line for each line of the header.
    pub comment: String,
    pub code: String,
}

/// A field of a struct or a value of an enum.
#[derive(Debug)]
pub struct Member {
    pub comment: String,
    pub code: String,
}

/// What a declaration declares.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    Function(&'a str),
    Struct(&'a str),
    Enum(&'a str),
    Macro(&'a str),
    /// An opaque struct or a type of a callback.
    Other(&'a str),
}

/// The introduction at the top of the header, without the stars of the comment.
pub fn introduction(header: &str) -> String {
    let (comment, _) = header.split_once(" */").unwrap();
    comment
        .lines()
        .skip(1)
        .map(|line| line.strip_prefix(" *").unwrap_or(line))
        .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned() + "\n")
        .collect()
}

/// Every declaration that has a comment, in the order of the header.
pub fn declarations(header: &str) -> Vec<Declaration> {
    let mut found = Vec::new();
    let mut lines = header.lines().skip_while(|line| *line != " */").skip(1);
    while lines.any(|line| line == "/*") {
        let comment = lines.by_ref().take_while(|line| *line != " */");
        let comment = unindented(comment, " ");
        // An empty line ends a declaration.
        let code = lines.by_ref().take_while(|line| !line.is_empty());
        let code = unindented(code, "");
        found.push(Declaration { comment, code });
    }
    found
}

impl Declaration {
    pub fn kind(&self) -> Kind<'_> {
        let code = self.code.as_str();
        let word = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_');
        let first = |text| &code[code.len() - str::len(text)..][..word(text).unwrap_or(text.len())];
        if let Some(rest) = code.strip_prefix("#define ") {
            Kind::Macro(first(rest))
        } else if let Some(rest) = code.strip_prefix("enum ") {
            Kind::Enum(first(rest))
        } else if code.starts_with("typedef struct {") {
            let (_, name) = code.rsplit_once("} ").unwrap();
            Kind::Struct(first(name))
        } else if code.starts_with("typedef ") {
            let (_, name) = match code.split_once("(*") {
                Some(callback) => callback,
                None => code.rsplit_once(' ').unwrap(),
            };
            Kind::Other(first(name))
        } else {
            let (before, _) = code.split_once('(').unwrap();
            let at = before.rfind([' ', '*']).map_or(0, |at| at + 1);
            Kind::Function(&before[at..])
        }
    }

    /// The fields of a struct or the values of an enum.
    pub fn members(&self) -> Vec<Member> {
        let mut members = Vec::new();
        let mut lines = self.code.lines();
        while lines.any(|line| line == "    /*") {
            let comment = lines.by_ref().take_while(|line| *line != "     */");
            let comment = unindented(comment, "     ");
            let code = lines.next().unwrap_or_default().trim();
            members.push(Member {
                comment,
                code: code.trim_end_matches([';', ',']).to_owned(),
            });
        }
        members
    }
}

fn unindented<'a>(lines: impl Iterator<Item = &'a str>, indent: &str) -> String {
    let lines = lines.map(|line| line.strip_prefix(indent).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn declarations_of_every_kind_are_recognised() {
    let header = "/*\n * top\n *\n * Units\n *   Metres.\n */\n\n/*\n Major.\n */\n#define A 0\n\n\
                  /*\n Kinds.\n */\nenum B\n#if x\n  : int32_t\n#endif\n {\n    /*\n     One.\n     \
                  */\n    B_ONE = 1,\n};\n\n/*\n A struct.\n */\ntypedef struct {\n    /*\n     \
                  Its\n     field.\n     */\n    char name[8];\n} C;\n\n/*\n Opaque.\n */\n\
                  typedef struct D D;\n\n/*\n Called.\n */\ntypedef void (*E)(int32_t a);\n\n\
                  /*\n Text.\n\n Any thread.\n */\nconst char *f(int32_t a,\n              int b);\n";
    assert_eq!(introduction(header), "top\n\nUnits\n  Metres.\n");
    let all = declarations(header);
    let kinds: Vec<_> = all.iter().map(Declaration::kind).collect();
    let expected = [
        Kind::Macro("A"),
        Kind::Enum("B"),
        Kind::Struct("C"),
        Kind::Other("D"),
        Kind::Other("E"),
        Kind::Function("f"),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(all[1].members()[0].code, "B_ONE = 1");
    assert_eq!(all[2].members()[0].code, "char name[8]");
    assert_eq!(all[2].members()[0].comment, "Its\nfield.");
    assert_eq!(all[5].comment, "Text.\n\nAny thread.");
}
