// The Rextrack TOP: the tracked video, with or without boxes, or a mask of the boxes.

#include "sdk/operator.h"
#include "sdk/picture.h"

#include <string.h>

namespace rextrack_td {

namespace {

// Memory of TouchDesigner for a picture.
struct Buffer : sdk::Allocated {
    TD::OP_SmartRef<TD::TOP_Buffer> reference;

    // TouchDesigner allows this on any thread.
    static RextrackTdBuffer create(void *context, uint64_t size) {
        RextrackTdBuffer made = {nullptr, nullptr};
        Buffer *buffer = new Buffer;
        if (!buffer) return made;
        buffer->reference = static_cast<TD::TOP_Context *>(context)->createOutputBuffer(
            size, TD::TOP_BufferFlags::None, nullptr);
        if (!buffer->reference || !buffer->reference->data) {
            release(buffer);
            return made;
        }
        made.object = buffer;
        made.data = buffer->reference->data;
        return made;
    }

    static void release(void *object) { delete static_cast<Buffer *>(object); }
};

class RextrackTop final : public sdk::Operator<TD::TOP_CPlusPlusBase, REXTRACK_TD_TOP> {
public:
    using Operator::Operator;

    void getGeneralInfo(TD::TOP_GeneralInfo *info, const TD::OP_Inputs *, void *) override {
        // The video changes although no input of the node does.
        info->cookEveryFrameIfAsked = true;
    }

    void execute(TD::TOP_Output *output, const TD::OP_Inputs *inputs, void *) override {
        sdk::read_parameters(*inputs, REXTRACK_TD_TOP, node_);
        const TD::OP_CHOPInput *chop = inputs->getParCHOP("Chop");
        rextrack_td_show_chop(node_, chop ? chop->opId : 0, chop && is_rextrack(*chop));
        rextrack_td_begin_cook(node_, sdk::absolute_frame(*inputs));
        sdk::enable_parameters(*inputs, REXTRACK_TD_TOP, node_);
        if (rextrack_td_uses_top(node_)) sdk::push_picture(node_, source_top(*inputs));
        upload_image(*output);
        rextrack_td_end_cook(node_);
    }

private:
    static bool is_rextrack(const TD::OP_CHOPInput &chop) {
        return chop.customOP && chop.customOP->opType &&
               strcmp(chop.customOP->opType, REXTRACK_TD_OP_TYPE) == 0;
    }

    static const TD::OP_TOPInput *source_top(const TD::OP_Inputs &inputs) {
        const TD::OP_TOPInput *connected = inputs.getInputTOP(0);
        return connected ? connected : inputs.getParTOP("Top");
    }

    // Uploads the newest picture. If there is none, TouchDesigner keeps the previous one.
    void upload_image(TD::TOP_Output &output) {
        RextrackTdImage image;
        if (!rextrack_td_take_image(node_, &image)) return;
        const bool is_mask = image.format == REXTRACK_PIXEL_GRAY8;
        TD::TOP_UploadInfo upload;
        upload.textureDesc.width = image.width;
        upload.textureDesc.height = image.height;
        upload.textureDesc.texDim = TD::OP_TexDim::e2D;
        upload.textureDesc.pixelFormat =
            is_mask ? TD::OP_PixelFormat::Mono8Fixed : TD::OP_PixelFormat::BGRA8Fixed;
        upload.firstPixel = TD::TOP_FirstPixel::TopLeft;
        if (!is_mask) sdk::set_srgb(upload, 0);
        output.uploadBuffer(&static_cast<Buffer *>(image.buffer)->reference, upload, nullptr);
        Buffer::release(image.buffer);
    }
};

} // namespace

} // namespace rextrack_td

extern "C" {

REXTRACK_TD_EXPORT void FillTOPPluginInfo(TD::TOP_PluginInfo *info) {
    if (!rextrack_td::sdk::set_api_version(*info, TD::TOPCPlusPlusAPIVersion, 0)) return;
    info->executeMode = TD::TOP_ExecuteMode::CPUMem;
    rextrack_td::sdk::fill_operator_info(info->customOPInfo, 1);
}

REXTRACK_TD_EXPORT TD::TOP_CPlusPlusBase *CreateTOPInstance(const TD::OP_NodeInfo *info,
                                                            TD::TOP_Context *context) {
    const RextrackTdBufferSource buffers = {context, rextrack_td::Buffer::create,
                                            rextrack_td::Buffer::release};
    RextrackTdNode *node = rextrack_td_create(REXTRACK_TD_TOP, info->opId, info->pluginPath, &buffers);
    if (!node) return nullptr;
    auto *instance = new rextrack_td::RextrackTop(node);
    if (!instance) rextrack_td_destroy(node);
    return instance;
}

REXTRACK_TD_EXPORT void DestroyTOPInstance(TD::TOP_CPlusPlusBase *instance, TD::TOP_Context *) {
    delete static_cast<rextrack_td::RextrackTop *>(instance);
}

} // extern "C"
