/* The C interface between the two halves of a plugin.
 *
 * The half that includes TouchDesigner's SDK (sdk/, chop/, top/) uses neither the C++ standard library
 * nor exceptions, so that a compiler without MSVC's libraries can build it with MSVC's object layout.
 * The other half (core/) knows nothing of TouchDesigner. Only this file connects them.
 *
 * Threads: TouchDesigner may call a node from any thread, on macOS for one not from the main thread, but
 * it makes one call at a time for each node. The functions below assume the same. They never wait for a
 * camera, a model, the GPU or another node, except rextrack_td_destroy. Several nodes may be called at
 * the same time.
 *
 * Texts are UTF-8. A text that a function returns is valid until the next call for the same node. No
 * function throws, and none returns NULL for a text.
 */

#ifndef REXTRACK_TD_INTERFACE_H
#define REXTRACK_TD_INTERFACE_H

#include "rextrack.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The operator's type in TouchDesigner. A node's type in scripts is this and its family: RextrackCHOP. */
#define REXTRACK_TD_OP_TYPE "Rextrack"

typedef enum RextrackTdFamily {
    REXTRACK_TD_CHOP = 0,
    REXTRACK_TD_TOP = 1
} RextrackTdFamily;

/* ---- Parameters: one table for each family, which never changes ---- */

/* The kind of control that TouchDesigner shows, and how its value is passed. */
typedef enum RextrackTdKind {
    REXTRACK_TD_TOGGLE = 0,       /* numbers: 0 or 1 */
    REXTRACK_TD_PULSE = 1,        /* no value: rextrack_td_pulse */
    REXTRACK_TD_INTEGER = 2,      /* numbers */
    REXTRACK_TD_NUMBER = 3,       /* numbers */
    REXTRACK_TD_REGION = 4,       /* numbers: left, top, right, bottom */
    REXTRACK_TD_STRING = 5,       /* text */
    REXTRACK_TD_FILE = 6,         /* text: an absolute path */
    REXTRACK_TD_FOLDER = 7,       /* text: an absolute path */
    REXTRACK_TD_MENU = 8,         /* text: the name of an entry */
    REXTRACK_TD_TEXT_MENU = 9,    /* text: a menu into which you can also type */
    REXTRACK_TD_DYNAMIC_MENU = 10, /* as TEXT_MENU; the node provides the entries while it runs */
    REXTRACK_TD_TOP_REFERENCE = 11, /* no value: see rextrack_td_needs_picture */
    REXTRACK_TD_CHOP_REFERENCE = 12 /* no value: see rextrack_td_show_chop */
} RextrackTdKind;

typedef struct RextrackTdParameter {
    const char *name; /* in scripts */
    const char *label;
    const char *page;
    const char *help;
    const char *default_text;
    double default_numbers[4];
    /* Values are clamped to min and max. A slider ends at slider_max, which may be less than max. */
    double min, max, slider_max;
    uint32_t kind; /* RextrackTdKind */
    uint32_t menu_count;
    const char *const *menu_names;
    const char *const *menu_labels;
} RextrackTdParameter;

/* The number of parameters of a family, and one of them by its index. */
size_t rextrack_td_parameter_count(uint32_t family);
const RextrackTdParameter *rextrack_td_parameter(uint32_t family, size_t index);

/* The minor version of the operators, which goes up with every new parameter. */
int32_t rextrack_td_minor_version(void);

/* The address of the page that the operator's "?" opens: help.html beside the plugin. Empty when it is
 * not there. */
const char *rextrack_td_help_url(void);

/* ---- A node's life ---- */

typedef struct RextrackTdNode RextrackTdNode;

/* Memory of TouchDesigner for a picture of a TOP. */
typedef struct RextrackTdBuffer {
    void *object; /* NULL: there is none */
    void *data;
} RextrackTdBuffer;

/* What a TOP provides for its node's pictures. The node calls `create` from its own thread, and `release`
 * from that, in a cook, or in rextrack_td_destroy. */
typedef struct RextrackTdBufferSource {
    void *context;
    /* Returns a buffer of that many bytes, which the node owns. */
    RextrackTdBuffer (*create)(void *context, uint64_t size);
    /* Frees a buffer that the node did not hand back with rextrack_td_take_image. */
    void (*release)(void *object);
} RextrackTdBufferSource;

/* Creates a node. `op_id` is its number in TouchDesigner. `plugin_path` is the path of the plugin that
 * TouchDesigner reports, or NULL. `buffers` is for a TOP; a CHOP passes NULL. NULL when there is no
 * memory. */
RextrackTdNode *rextrack_td_create(uint32_t family, uint32_t op_id, const char *plugin_path,
                                   const RextrackTdBufferSource *buffers);

/* Ends the node's pipeline and threads. Waits up to two seconds for a camera that does not
 * answer, and for a disk or a network drive from which the node is reading. */
void rextrack_td_destroy(RextrackTdNode *node);

/* Handles a pulse of the parameter of that name. */
void rextrack_td_pulse(RextrackTdNode *node, const char *name);

/* ---- One cook: values, picture, output, in this order ---- */

/* Sets the value of a parameter, by its index. `numbers` has four values for a region, else one. */
void rextrack_td_set_numbers(RextrackTdNode *node, size_t index, const double *numbers);
void rextrack_td_set_text(RextrackTdNode *node, size_t index, const char *text);

/* For a CHOP, once its values are set: the size of its output. There is always a channel. */
void rextrack_td_output_size(RextrackTdNode *node, int32_t *channels, int32_t *samples);
const char *rextrack_td_channel_name(RextrackTdNode *node, int32_t index);

/* For a TOP, before rextrack_td_begin_cook: the CHOP that its parameter names. `op_id` is its number; 0
 * when there is none. `is_rextrack` says whether it is a Rextrack CHOP. */
void rextrack_td_show_chop(RextrackTdNode *node, uint32_t op_id, int is_rextrack);

/* Begins the cook: passes the values to the pipeline and reads its newest state. `frame` is
 * TouchDesigner's absolute frame, or -1 when it is not known. */
void rextrack_td_begin_cook(RextrackTdNode *node, int64_t frame);

/* Whether parameters may have to be enabled or disabled in this cook; then for each of them, by its
 * index, -1 (nothing to do), 0 (disable) or 1 (enable). */
int rextrack_td_has_new_states(RextrackTdNode *node);
int rextrack_td_is_enabled(RextrackTdNode *node, size_t index);

/* A picture of a TOP in the network. The node calls `read` from its own thread, and `release` from that, in
 * a cook, or in rextrack_td_destroy. */
typedef struct RextrackTdPicture {
    void *object;
    /* Describes the pixels, which stay valid until `release`. May wait for the GPU. False (0) when there
     * are none. */
    int (*read)(void *object, RextrackFrame *frame);
    void (*release)(void *object);
} RextrackTdPicture;

/* Whether the node tracks in a TOP of the network. */
int rextrack_td_uses_top(RextrackTdNode *node);

/* Whether to pass the picture of that TOP now: it is new, or it stands still and is due again. `op_id`
 * is the TOP's number, 0 when there is none; `cooks` is how often it has cooked. Then call
 * rextrack_td_push_picture. */
int rextrack_td_needs_picture(RextrackTdNode *node, uint32_t op_id, int64_t cooks);

/* Passes a picture, which the node owns from then on. */
void rextrack_td_push_picture(RextrackTdNode *node, const RextrackTdPicture *picture);

/* For a CHOP: writes all values, `channels[channel][sample]`. Does nothing when the sizes are not those
 * of rextrack_td_output_size. */
void rextrack_td_fill(RextrackTdNode *node, float **channels, int32_t channel_count,
                      int32_t sample_count);

/* A finished picture of a TOP. The top row is first, rows have no gaps. */
typedef struct RextrackTdImage {
    void *buffer; /* the object of a RextrackTdBuffer */
    uint32_t width, height;
    uint32_t format; /* REXTRACK_PIXEL_BGRA8, or REXTRACK_PIXEL_GRAY8 for a mask */
} RextrackTdImage;

/* For a TOP: the picture to show, whose buffer the caller owns from then on. False (0) when the one
 * that TouchDesigner shows is right. */
int rextrack_td_take_image(RextrackTdNode *node, RextrackTdImage *image);

/* What happened to a slot or to the node, for scripts. */
typedef enum RextrackTdEventKind {
    REXTRACK_TD_ENTER = 0, /* a new object has a slot */
    REXTRACK_TD_LEAVE = 1, /* the slot is empty again */
    REXTRACK_TD_LOST = 2,  /* the object is not detected any more; the slot is held */
    REXTRACK_TD_FOUND = 3, /* the held object is detected again */
    REXTRACK_TD_PROBLEM = 4 /* the node's warning or error has changed */
} RextrackTdEventKind;

typedef struct RextrackTdEvent {
    uint32_t kind;       /* RextrackTdEventKind */
    uint32_t slot;       /* 1 is p1; 0 for PROBLEM */
    uint64_t id;         /* of the track */
    uint32_t generation; /* of the slot */
    const char *text;    /* PROBLEM: the error or warning; empty: solved */
} RextrackTdEvent;

/* The next event since the last call. False (0) when there is none. Events are gathered only after the
 * first call. */
int rextrack_td_next_event(RextrackTdNode *node, RextrackTdEvent *event);

/* Ends the cook: measures its time. */
void rextrack_td_end_cook(RextrackTdNode *node);

/* ---- Information, between cooks ---- */

/* The cause and the remedy; empty when there is none. An error stops what is behind the node in the
 * network, so only a missing library is one. */
const char *rextrack_td_error(RextrackTdNode *node);
const char *rextrack_td_warning(RextrackTdNode *node);

/* A few lines for the popup of the node. */
const char *rextrack_td_popup(RextrackTdNode *node);

/* The channels of the Info CHOP. */
int32_t rextrack_td_info_channel_count(void);
const char *rextrack_td_info_channel(RextrackTdNode *node, int32_t index, float *value);

/* The table of the Info DAT. rextrack_td_info_size reads the newest slots for the cells after it. */
void rextrack_td_info_size(RextrackTdNode *node, int32_t *rows, int32_t *columns);
const char *rextrack_td_info_cell(RextrackTdNode *node, int32_t row, int32_t column);

/* The entries of a dynamic menu, by the parameter's name. False (0) after the last one. */
int rextrack_td_menu_entry(RextrackTdNode *node, const char *parameter, size_t index,
                           const char **name, const char **label);

#ifdef __cplusplus
}
#endif

#endif
