use super::*;

fn shown(text: &str) -> String {
    let lines: Vec<Line<'_>> = text
        .lines()
        .enumerate()
        .map(|(number, text)| Line { text, number })
        .collect();
    hidden(&lines, &["known-one".into()]).join("\n")
}

#[test]
fn secret_in_a_comment_is_hidden_in_any_spelling() {
    for text in [
        " stream: rtsp://admin:hunter2@10.0.0.5/s1",
        " was rtsp://admin:hunter2@10.0.0.5/s1 until March",
        " - {id: old, stream: 'rtsp://admin:hunter2@10.0.0.5/s1'}",
        "stream: \"rtsp://admin:hunter\\x32@10.0.0.5/s1\"",
        " stream: \"rtsp://admin\\x3ahunter2\\u004010.0.0.5/s1\"",
        " stream: \"rtsp:\\/\\/admin\\x3ahunter2\\x4010.0.0.5\\/s1\"",
        " rtsp%3A%2F%2Fadmin%3Ahunter2%4010.0.0.5",
        " rtsp://admin:my hunter2@10.0.0.5/s1",
        " admin:hunter2@10.0.0.5",
        " //admin:hunter2@10.0.0.5",
        " http://a/b and rtsp://u:hunter2@h",
        " password: hunter2",
        " the password is hunter2",
        " Password hunter2, as on the sticker",
        " pass: hunter2",
        " pwd=hunter2",
        " \"pass\\x77ord\": hunter2",
        " token: hunter2",
        " MQTT_PASSWORD=hunter2",
        " пароль: hunter2",
        " http://h/a?token=hunter2&x=1",
        " api-key hunter2",
        " stream: >-\n   rtsp://admin:hun\n   hunter2@10.0.0.5/s1",
        " stream: >-\n   rtsp://admin:my\n   hunter2 pass@10.0.0.5/s1",
        " stream: \"rtsp://admin:\\\n   hunter2@10.0.0.5/s1\"",
        " stream: \"rtsp://admin:x\\\n   hunter2\\\n   y@10.0.0.5/s1\"",
        " rtsp://admin:x\n hunter2@10.0.0.5/s1",
        " password: >-\n   hunter2",
        " token:\n   hunter2",
        " admin:my hunter2@10.0.0.5",
        " admin:my hunter2@10.0.0.5, see http://rextrack.example/docs",
        " admin:hunter2",
        " Admin: hunter2",
        " admin / hunter2",
        " admin/hunter2",
        " hall:hunter2 since March",
        " 'hall:hunter2'",
        " login: admin:hunter2",
        " login admin hunter2",
        " Login: admin / hunter2",
        " user admin / hunter2",
        " user: admin, hunter2",
        " username=admin;hunter2",
        " RTSP_USER=admin hunter2",
        " login http://10.0.0.5 admin hunter2",
        " login at 10.0.0.5: admin hunter2",
        " Benutzer admin hunter2",
        " логин admin hunter2",
        " contraseña: hunter2",
        " la contrasen\u{303}a es hunter2",
        " mot de passe hunter2",
        " Mot de passe : hunter2",
        " mdp hunter2",
        " senha hunter2",
        " HASŁO: hunter2",
        " wachtwoord hunter2",
        " 密码 hunter2",
        " 密码是hunter2",
        " 摄像机密码：hunter2",
        " 密碼=hunter2",
        " パスワードはhunter2です",
        " 비밀번호: hunter2",
    ] {
        let shown = shown(text);
        let text = unescaped(text);
        assert!(!shown.contains("hunter2"), "{text}\n{shown}");
        assert!(!unescaped(&shown).contains("hunter2"), "{text}\n{shown}");
        assert!(shown.contains(HIDDEN), "{text}\n{shown}");
    }
    assert_eq!(shown(" is known-one still right?"), " is *** still right?");
}

#[test]
fn harmless_comments_are_unchanged() {
    for text in [
        " Who: the hall, 2026",
        " the first",
        " found by trying; 0.3 was too low: people vanished",
        " see http://rextrack.example/docs",
        " people pass here",
        " stream: rtsp://10.0.0.5:554/s1\n name: The hall",
        " cameras:\n - {id: a, stream: 'synth:'}",
        " it's 10:30\n it isn't",
        " note: see the guide",
        " note: 3 people, one door",
        " at camera:1, hall.example:554/s1 and 10.0.0.5:554",
        " hardware 00:1a:2b:3c:4d:5e",
        " model: builtin:motion, stream: synth:people=5",
        " see the user guide",
        " open 9:00 to 18:30; the impasse: west",
        " files in /home/admin/models",
    ] {
        assert_eq!(shown(text), text);
    }
}
