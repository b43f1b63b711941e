// The Rextrack CHOP: slots p1..pN as channels or samples.

#include "sdk/callbacks.h"
#include "sdk/operator.h"
#include "sdk/picture.h"

namespace rextrack_td {

namespace {

class RextrackChop final : public sdk::Operator<TD::CHOP_CPlusPlusBase, REXTRACK_TD_CHOP> {
public:
    RextrackChop(RextrackTdNode *node, TD::OP_Context *context)
        : Operator(node), context_(context) {}

    void getGeneralInfo(TD::CHOP_GeneralInfo *info, const TD::OP_Inputs *, void *) override {
        // The slots change although no input of the node does.
        info->cookEveryFrameIfAsked = true;
        info->timeslice = false;
    }

    bool getOutputInfo(TD::CHOP_OutputInfo *info, const TD::OP_Inputs *inputs, void *) override {
        sdk::read_parameters(*inputs, REXTRACK_TD_CHOP, node_);
        rextrack_td_output_size(node_, &info->numChannels, &info->numSamples);
        info->startIndex = 0;
        return true;
    }

    void getChannelName(int32_t index, TD::OP_String *name, const TD::OP_Inputs *,
                        void *) override {
        name->setString(rextrack_td_channel_name(node_, index));
    }

    void execute(TD::CHOP_Output *output, const TD::OP_Inputs *inputs, void *) override {
        rextrack_td_begin_cook(node_, sdk::absolute_frame(*inputs));
        sdk::enable_parameters(*inputs, REXTRACK_TD_CHOP, node_);
        if (rextrack_td_uses_top(node_)) sdk::push_picture(node_, inputs->getParTOP("Top"));
        rextrack_td_fill(node_, output->channels, output->numChannels, output->numSamples);
        rextrack_td_end_cook(node_);
        // What the functions of an artist take is not the node's time.
        sdk::call_callbacks(context_, node_);
    }

private:
    TD::OP_Context *const context_;
};

} // namespace

} // namespace rextrack_td

extern "C" {

REXTRACK_TD_EXPORT void FillCHOPPluginInfo(TD::CHOP_PluginInfo *info) {
    if (!rextrack_td::sdk::set_api_version(*info, TD::CHOPCPlusPlusAPIVersion, 0)) return;
    rextrack_td::sdk::fill_operator_info(info->customOPInfo, 0);
    rextrack_td::sdk::offer_callbacks(info->customOPInfo);
}

REXTRACK_TD_EXPORT TD::CHOP_CPlusPlusBase *CreateCHOPInstance(const TD::OP_NodeInfo *info) {
    RextrackTdNode *node =
        rextrack_td_create(REXTRACK_TD_CHOP, info->opId, info->pluginPath, nullptr);
    if (!node) return nullptr;
    auto *instance = new rextrack_td::RextrackChop(node, info->context);
    if (!instance) rextrack_td_destroy(node);
    return instance;
}

REXTRACK_TD_EXPORT void DestroyCHOPInstance(TD::CHOP_CPlusPlusBase *instance) {
    delete static_cast<rextrack_td::RextrackChop *>(instance);
}

} // extern "C"
