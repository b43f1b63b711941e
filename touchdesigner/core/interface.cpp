#include "interface.h"

#include "chop.h"
#include "help.h"
#include "info.h"
#include "installation.h"
#include "parameter.h"
#include "top.h"

#include <memory>
#include <new>

using namespace rextrack_td;

// The state of the C interface for one node.
struct RextrackTdNode {
    std::unique_ptr<Node> node;
    // The node again, by its family; one of them is NULL.
    Chop *chop = nullptr;
    Top *top = nullptr;
    // The text that the latest call returned.
    std::string text;
    // The row of the Info DAT that was read last.
    std::vector<std::string> cells;
    int32_t row = -1;
};

namespace {

// Runs the body of a call, and lets no exception reach TouchDesigner: only memory can be missing, and
// the node then continues with the values it has.
template <class Result, class Body> Result catch_all(Result failed, Body body) noexcept {
    try {
        return body();
    } catch (...) {
        return failed;
    }
}

template <class Body> void catch_all(Body body) noexcept {
    try {
        body();
    } catch (...) {
    }
}

const char *keep(RextrackTdNode &node, std::string text) noexcept {
    node.text.swap(text);
    return node.text.c_str();
}

// An entry of a dynamic menu. False after the last one.
bool menu_entry(const Report &report, const std::string &parameter_name, std::size_t index,
                std::string &name, std::string &label) {
    const auto is = [&](Par par) { return parameter_name == parameter(par).td.name; };
    if (is(Par::Model) && index < report.models.size()) {
        name = label = report.models[index];
        return true;
    }
    // There is always an entry, because an empty menu looks broken.
    if (is(Par::Webcam) && index == 0 && report.webcams.empty()) {
        name = "0";
        label = "0: the first webcam";
        return true;
    }
    if (is(Par::Webcam) && index < report.webcams.size()) {
        const Webcam &webcam = report.webcams[index];
        name = std::to_string(webcam.number);
        label = webcam.name.empty() ? name : name + ": " + webcam.name;
        return true;
    }
    if (is(Par::Moreaxes) && report.axes) {
        const auto axes = axes_without_toggle(*report.axes);
        if (index >= axes.size()) return false;
        const RextrackAxis &axis = *axes[index];
        name = axis.name;
        label = name + (*axis.unit ? std::string(" (") + axis.unit + ")" : "") + ": " +
                axis.description;
        return true;
    }
    return false;
}

} // namespace

extern "C" {

size_t rextrack_td_parameter_count(uint32_t family) {
    return catch_all(size_t{0}, [&] { return parameters_of(family).size(); });
}

const RextrackTdParameter *rextrack_td_parameter(uint32_t family, size_t index) {
    return &parameters_of(family)[index]->td;
}

int32_t rextrack_td_minor_version(void) {
    return catch_all(0, [] { return minor_version(); });
}

const char *rextrack_td_help_url(void) {
    static std::string url;
    return catch_all("", [&] {
        url = help_url(find_installation(nullptr).plugin_folder);
        return url.c_str();
    });
}

RextrackTdNode *rextrack_td_create(uint32_t family, uint32_t op_id, const char *plugin_path,
                                   const RextrackTdBufferSource *buffers) {
    return catch_all(static_cast<RextrackTdNode *>(nullptr), [&] {
        auto made = std::make_unique<RextrackTdNode>();
        Installation installation = find_installation(plugin_path);
        if (family == REXTRACK_TD_CHOP) {
            made->chop = new Chop(op_id, std::move(installation));
            made->node.reset(made->chop);
        } else {
            made->top = new Top(op_id, std::move(installation), *buffers);
            made->node.reset(made->top);
        }
        return made.release();
    });
}

void rextrack_td_destroy(RextrackTdNode *node) { delete node; }

void rextrack_td_pulse(RextrackTdNode *node, const char *name) {
    catch_all([&] { node->node->pulse(name); });
}

void rextrack_td_set_numbers(RextrackTdNode *node, size_t index, const double *numbers) {
    catch_all([&] { node->node->set(*parameters_of(node->node->family())[index], numbers); });
}

void rextrack_td_set_text(RextrackTdNode *node, size_t index, const char *text) {
    catch_all([&] { node->node->set(*parameters_of(node->node->family())[index], text); });
}

void rextrack_td_output_size(RextrackTdNode *node, int32_t *channels, int32_t *samples) {
    catch_all([&] {
        *channels = node->chop->channels().channel_count();
        *samples = node->chop->channels().sample_count();
    });
}

const char *rextrack_td_channel_name(RextrackTdNode *node, int32_t index) {
    return catch_all("", [&] {
        return node->chop->channels().name(index);
    });
}

void rextrack_td_show_chop(RextrackTdNode *node, uint32_t op_id, int is_rextrack) {
    catch_all([&] { node->top->show_chop(op_id, is_rextrack != 0); });
}

void rextrack_td_begin_cook(RextrackTdNode *node, int64_t frame) {
    catch_all([&] { node->node->begin_cook(frame); });
}

int rextrack_td_has_new_states(RextrackTdNode *node) { return node->node->has_new_states(); }

int rextrack_td_is_enabled(RextrackTdNode *node, size_t index) {
    return catch_all(-1, [&] {
        return node->node->enabled(*parameters_of(node->node->family())[index]);
    });
}

int rextrack_td_uses_top(RextrackTdNode *node) {
    return node->node->top_source() != nullptr;
}

int rextrack_td_needs_picture(RextrackTdNode *node, uint32_t op_id, int64_t cooks) {
    return catch_all(0, [&]() -> int {
        TopSource *source = node->node->top_source();
        return source && source->needs_picture(op_id, cooks);
    });
}

void rextrack_td_push_picture(RextrackTdNode *node, const RextrackTdPicture *picture) {
    catch_all([&] {
        HostPicture owned(*picture);
        TopSource *source = node->node->top_source();
        if (source) source->push(std::move(owned));
    });
}

void rextrack_td_fill(RextrackTdNode *node, float **channels, int32_t channel_count,
                      int32_t sample_count) {
    catch_all([&] { node->chop->fill(channels, channel_count, sample_count); });
}

int rextrack_td_take_image(RextrackTdNode *node, RextrackTdImage *image) {
    return catch_all(0, [&] {
        PreviewRenderer::Picture picture;
        if (!node->top->take_picture(picture)) return 0;
        image->width = picture.width;
        image->height = picture.height;
        image->format = picture.format;
        image->buffer = picture.buffer.take();
        return 1;
    });
}

int rextrack_td_next_event(RextrackTdNode *node, RextrackTdEvent *event) {
    return catch_all(0, [&] {
        const Event *next = node->node->next_event();
        if (!next) return 0;
        event->kind = next->kind;
        event->slot = next->slot;
        event->id = next->id;
        event->generation = next->generation;
        event->text = next->text.c_str();
        return 1;
    });
}

void rextrack_td_end_cook(RextrackTdNode *node) { node->node->end_cook(); }

const char *rextrack_td_error(RextrackTdNode *node) { return node->node->error().c_str(); }

const char *rextrack_td_warning(RextrackTdNode *node) {
    return catch_all("", [&] { return keep(*node, node->node->warning()); });
}

const char *rextrack_td_popup(RextrackTdNode *node) {
    return catch_all("", [&] {
        return keep(*node, node->node->popup());
    });
}

int32_t rextrack_td_info_channel_count(void) {
    return static_cast<int32_t>(info_channel_count());
}

const char *rextrack_td_info_channel(RextrackTdNode *node, int32_t index, float *value) {
    const auto i = static_cast<std::size_t>(index);
    if (i >= info_channel_count()) return "";
    *value = info_channel_value(i, node->node->report(), node->node->snapshot(),
                                node->node->cook_us());
    return info_channel_name(i);
}

void rextrack_td_info_size(RextrackTdNode *node, int32_t *rows, int32_t *columns) {
    catch_all([&] {
        node->row = -1;
        *rows = static_cast<int32_t>(info_row_count(node->node->read_slots()));
        *columns = static_cast<int32_t>(info_column_count());
    });
}

const char *rextrack_td_info_cell(RextrackTdNode *node, int32_t row, int32_t column) {
    return catch_all("", [&] {
        if (row != node->row) {
            node->cells = info_row(static_cast<std::size_t>(row), node->node->status(),
                                   node->node->report(), node->node->slots());
            node->row = row;
        }
        const auto i = static_cast<std::size_t>(column);
        return i < node->cells.size() ? node->cells[i].c_str() : "";
    });
}

int rextrack_td_menu_entry(RextrackTdNode *node, const char *parameter_name, size_t index,
                           const char **name, const char **label) {
    return catch_all(0, [&] {
        node->cells.assign(2, {});
        node->row = -1;
        if (!menu_entry(node->node->report(), parameter_name, index, node->cells[0],
                        node->cells[1]))
            return 0;
        *name = node->cells[0].c_str();
        *label = node->cells[1].c_str();
        return 1;
    });
}

} // extern "C"
