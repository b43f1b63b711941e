//! Words that announce a secret in a comment, in many languages.

/// Ends of words that a secret follows.
pub const SECRETS: &[&str] = &[
    "password",
    "passwort",
    "kennwort",
    "passphrase",
    "passcode",
    "passwd",
    "passord",
    "пароль",
    "contraseña",
    "contrasen",
    "senha",
    "hasło",
    "haslo",
    "heslo",
    "wachtwoord",
    "lösenord",
    "adgangskode",
    "salasana",
    "jelszó",
    "şifre",
    "κωδικός",
    "motdepasse",
    "mdp",
    "pwd",
    "psw",
    "pw",
    "token",
    "secret",
    "credential",
    "apikey",
    "api_key",
    "api-key",
    "bearer",
    "authorization",
];
/// As [`SECRETS`], in languages without spaces between words.
pub const UNSPACED_SECRETS: &[&str] = &[
    "密码",
    "密碼",
    "口令",
    "パスワード",
    "暗証番号",
    "비밀번호",
    "암호",
];
/// As [`SECRETS`], of several words.
pub const PHRASES: &[&str] = &["mot de passe", "palavra passe", "pass word", "pass phrase"];
/// Words that announce a secret only before `:` or `=`.
pub const NAMES: &[&str] = &[
    "pass",
    "auth",
    "key",
    "sig",
    "signature",
    "psk",
    "clave",
    "parola",
];
/// Words that a user's name follows, and then the secret.
pub const USERS: &[&str] = &[
    "login",
    "logins",
    "user",
    "username",
    "usr",
    "benutzer",
    "benutzername",
    "usuario",
    "usuário",
    "utilisateur",
    "identifiant",
    "utente",
    "gebruiker",
    "użytkownik",
    "логин",
    "пользователь",
];
/// Default users of cameras: text that is joined to one of them is its secret.
pub const ACCOUNTS: &[&str] = &["admin", "administrator", "root", "operator", "guest"];
/// Words before a `:` that are not users.
pub const SCHEMES: &[&str] = &[
    "synth", "file", "push", "webcam", "device", "builtin", "rtsp", "rtsps", "http", "https",
    "mqtt", "mqtts", "udp", "tcp", "osc",
];
/// Keys whose value is an address.
pub const ADDRESSES: [&str; 6] = ["stream", "broker", "url", "uri", "address", "source"];
