//! Keys of a change over the network.

use serde_json::json;

use crate::support::service::Service;

#[test]
fn misspelt_and_duplicate_keys_of_a_change_are_refused() {
    let service = Service::start("osc: null\ncameras: [{id: a, stream: 'synth:', name: Hall}]\n");
    let before = service.saved();
    for (patch, path, meant) in [
        (json!({"nam": null}), "nam", "name"),
        (
            json!({"override": {"confidense": null}}),
            "override.confidense",
            "confidence",
        ),
        (
            json!({"override": {"tracker_options": {"low_scor": null}}}),
            "override.tracker_options.low_scor",
            "low_score",
        ),
    ] {
        let answer = service.json("PATCH", "/api/v1/cameras/a", &patch);
        answer.assert_problem(422, "invalid-config");
        let expected = format!("unknown key; did you mean {meant}?");
        let errors = json!([{"path": path, "message": expected}]);
        assert_eq!(answer.json()["errors"], errors, "{}", answer.text);
    }
    let json = [("Content-Type", "application/json")];
    let twice = br#"{"id": "b", "stream": "synth:", "stream": "synth:people=2"}"#;
    let answer = service.send("POST", "/api/v1/cameras", &json, twice);
    answer.assert_problem(400, "invalid-body");
    assert!(
        answer.text.contains("stream: is in the section twice"),
        "{}",
        answer.text
    );
    assert_eq!(service.saved(), before);
    let known = json!({"name": null});
    assert_eq!(
        service.json("PATCH", "/api/v1/cameras/a", &known).status,
        200
    );
}
