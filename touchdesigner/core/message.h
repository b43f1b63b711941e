// The errors and warnings of the nodes: the one place for their wording. Each names the parameter
// or file at fault, the reason and the remedy. README.md explains them to artists.

#ifndef REXTRACK_TD_MESSAGE_H
#define REXTRACK_TD_MESSAGE_H

namespace rextrack_td::message {

// Parameters.
constexpr const char address_is_empty[] =
    "Address is empty: enter the camera's rtsp:// address, or choose another Source";
constexpr const char address_has_no_scheme[] =
    "Address has no rtsp:// in front: write it as in the camera's manual, such as "
    "rtsp://192.168.1.10/stream; for a movie set Source to Movie File";
constexpr const char region_is_upside_down[] =
    "Region: left must be less than right, and top less than bottom";
constexpr const char file_is_empty[] =
    "File is empty: choose a movie file, or choose another Source";
constexpr const char top_is_missing[] =
    "Source is TOP, but there is no TOP: choose one as TOP on the page Source";
constexpr const char top_is_missing_or_unwired[] =
    "Source is TOP, but there is no TOP: connect one, or choose one as TOP on the page Source";
constexpr const char no_picture_from_top[] =
    "no picture comes from the TOP: check that it is not bypassed, that it has no error, and that "
    "it cooks";
// The library's reason comes after it.
constexpr const char picture_is_refused[] = "the picture of the TOP is refused: ";
constexpr const char webcam_is_not_a_number[] =
    "Webcam is not a number: choose a webcam from the menu, or type its number, such as 0";
constexpr const char chop_is_empty[] =
    "Rextrack CHOP is empty: choose a Rextrack CHOP, or a source of this node's own below it";
constexpr const char chop_is_not_rextrack[] =
    "Rextrack CHOP: that node is not a Rextrack CHOP: choose the node itself, not a Null or Select "
    "behind it";
constexpr const char chop_tracks_nothing[] =
    "Rextrack CHOP: that node does not track: choose a Rextrack CHOP, turn its Active on, and check "
    "its own warnings";

constexpr const char chop_source_is_lost[] =
    "Rextrack CHOP: its source is lost, so the picture stands still: see the warning of that node";

// After the name of the parameter.
constexpr const char is_not_json[] = " is not valid JSON: ";
constexpr const char is_not_an_object[] =
    " must be a JSON object, such as {\"tracking\": {\"confidence\": 0.4}}";
constexpr const char cannot_be_read[] = " cannot be read: choose a .json file";
// Between these two stands the name of the axis, after them the axes there are.
constexpr const char more_axes_has_no[] = "More Axes: there is no axis '";
constexpr const char choose_an_axis[] = "'; choose from ";

// The status of a TOP that has no pipeline of its own.
constexpr const char shows_chop[] = "shows the video of a Rextrack CHOP, which has the rates and slots";

// The library. They follow its path.
constexpr const char library_is_missing[] = " is missing";
constexpr const char library_cannot_be_loaded[] = " cannot be loaded: ";
constexpr const char dependency_is_missing[] = "; a library that it depends on is missing or damaged";
constexpr const char function_is_missing[] = " lacks the function ";
constexpr const char is_another_release[] = ", so it belongs to another release";
constexpr const char has_abi_version[] = " has the ABI version ";
constexpr const char plugin_needs_version[] = ", but this plugin needs ";
constexpr const char reinstall[] =
    "; install the plugins and the library again, from one release, and delete older copies";

// The pipeline. The library's own message comes before or after.
constexpr const char previous_settings_stay[] = " (the previous settings stay in force, and later changes wait until this is corrected)";
constexpr const char continues_without_it[] = " (the node continues without it)";
constexpr const char source_is_lost[] =
    "the connection to the source is lost, reconnecting: ";
constexpr const char source_cannot_be_opened[] = "cannot open the source yet, retrying: ";
constexpr const char reason_is_unknown[] = "no reason is known";
constexpr const char model_runs_on_cpu[] = "the model runs on the CPU: ";
constexpr const char choose_a_device[] =
    "; in TouchDesigner: set Device to Automatic or CPU, or choose an ONNX Runtime for this GPU as "
    "ONNX Runtime on the page Advanced";
constexpr const char put_runtime_into[] = "; in TouchDesigner: put ONNX Runtime into ";
constexpr const char or_choose_runtime[] =
    ", beside the plugin, or choose its file as ONNX Runtime on the page Advanced; the Model "
    "builtin:motion needs no ONNX Runtime";
constexpr const char choose_a_model[] =
    "; in TouchDesigner: choose a Model from the menu, or a Model File";
constexpr const char internal_error[] = "internal error in rextrack: ";
constexpr const char please_report[] = "; please report this";

// Events for scripts. The number of events comes before it.
constexpr const char events_were_dropped[] =
    " events were dropped, because the node did not cook: keep it cooking, for example with its "
    "viewer on";

} // namespace rextrack_td::message

#endif
