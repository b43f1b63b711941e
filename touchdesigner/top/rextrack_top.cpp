// The Rextrack TOP: the tracked video, with or without boxes, or a mask of the boxes.

#include "core/message.h"
#include "core/preview_renderer.h"
#include "sdk/operator.h"
#include "sdk/top_source.h"

namespace rextrack_td {

namespace {

using Buffer = TD::OP_SmartRef<TD::TOP_Buffer>;

class RextrackTop final : public sdk::Operator<TD::TOP_CPlusPlusBase, OperatorFamily::Top> {
public:
    RextrackTop(const TD::OP_NodeInfo &info, TD::TOP_Context &context)
        : Operator(info),
          renderer_(node_, sdk::library_folder(info), [&context](uint64_t size) {
              return context.createOutputBuffer(size, TD::TOP_BufferFlags::None, nullptr);
          }) {}

    void getGeneralInfo(TD::TOP_GeneralInfo *info, const TD::OP_Inputs *, void *) override {
        // The video changes although no input of the node does.
        info->cookEveryFrameIfAsked = true;
    }

    void execute(TD::TOP_Output *output, const TD::OP_Inputs *inputs, void *) override {
        cook([&] {
            bool changed = sdk::read_parameters(*inputs, OperatorFamily::Top, values_);
            if (changed) sdk::enable_parameters(*inputs, values_, OperatorFamily::Top);
            const TD::OP_CHOPInput *chop = inputs->getParCHOP(parameter(Par::Chop).name);
            changed |= has_chop_ != (chop != nullptr);
            has_chop_ = chop != nullptr;
            if (changed) {
                own_values_ = values_;
                // The CHOP's pipeline is used, so this node needs none.
                if (has_chop_) own_values_.set(Par::Active, 0.0);
            }
            node_.set(own_values_, changed);
            if (values_.text(Par::Source) == "top" && own_values_.is_on(Par::Active))
                top_.push(source_top(*inputs));
            else
                top_.disable();
            poll(false);
            renderer_.request({chop ? camera_id(chop->opId) : std::string(), show()});
            upload_newest(*output);
        });
    }

private:
    std::string own_warning() const override {
        if (has_chop_ && !renderer_.has_pipeline()) return message::chop_tracks_nothing;
        return top_.is_missing() ? message::top_is_missing_or_unwired : "";
    }

    Show show() const {
        const std::string &name = values_.text(Par::Show);
        if (name == "plain") return Show::Plain;
        return name == "mask" ? Show::Mask : Show::Annotated;
    }

    static const TD::OP_TOPInput *source_top(const TD::OP_Inputs &inputs) {
        const TD::OP_TOPInput *connected = inputs.getInputTOP(0);
        return connected ? connected : inputs.getParTOP(parameter(Par::Top).name);
    }

    // Uploads the newest picture. If there is none since the last cook, TouchDesigner keeps the
    // previous one.
    void upload_newest(TD::TOP_Output &output) {
        PreviewRenderer<Buffer>::Picture picture;
        if (!renderer_.take(picture)) return;
        TD::TOP_UploadInfo upload;
        upload.textureDesc.width = picture.width;
        upload.textureDesc.height = picture.height;
        upload.textureDesc.texDim = TD::OP_TexDim::e2D;
        upload.textureDesc.pixelFormat = picture.format == REXTRACK_PIXEL_GRAY8
                                             ? TD::OP_PixelFormat::Mono8Fixed
                                             : TD::OP_PixelFormat::BGRA8Fixed;
        upload.firstPixel = TD::TOP_FirstPixel::TopLeft;
        if (picture.format != REXTRACK_PIXEL_GRAY8) sdk::set_srgb(upload, 0);
        output.uploadBuffer(&picture.buffer, upload, nullptr);
    }

    // The values for this node's own pipeline.
    Values own_values_;
    PreviewRenderer<Buffer> renderer_;
    sdk::TopSource top_{node_};
    bool has_chop_ = false;
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
    TD::TOP_CPlusPlusBase *instance = nullptr;
    rextrack_td::sdk::catch_all([&] { instance = new rextrack_td::RextrackTop(*info, *context); });
    return instance;
}

REXTRACK_TD_EXPORT void DestroyTOPInstance(TD::TOP_CPlusPlusBase *instance, TD::TOP_Context *) {
    delete static_cast<rextrack_td::RextrackTop *>(instance);
}

} // extern "C"
