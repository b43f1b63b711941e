// The Rextrack CHOP: slots p1..pN as channels.

#include "core/channel.h"
#include "core/message.h"
#include "sdk/operator.h"
#include "sdk/top_source.h"

namespace rextrack_td {

namespace {

class RextrackChop final : public sdk::Operator<TD::CHOP_CPlusPlusBase, OperatorFamily::Chop> {
public:
    using Operator::Operator;

    void getGeneralInfo(TD::CHOP_GeneralInfo *info, const TD::OP_Inputs *, void *) override {
        // The slots change although no input of the node does.
        info->cookEveryFrameIfAsked = true;
        info->timeslice = false;
    }

    bool getOutputInfo(TD::CHOP_OutputInfo *info, const TD::OP_Inputs *inputs, void *) override {
        sdk::catch_all([&] {
            changed_ |= sdk::read_parameters(*inputs, OperatorFamily::Chop, values_);
            if (changed_ && !channels_.match(values_)) channels_ = Channels(values_);
        });
        info->numChannels = static_cast<int32_t>(channels_.names().size());
        info->numSamples = 1;
        info->startIndex = 0;
        return true;
    }

    void getChannelName(int32_t index, TD::OP_String *name, const TD::OP_Inputs *,
                        void *) override {
        const auto i = static_cast<std::size_t>(index);
        if (i < channels_.names().size()) name->setString(channels_.names()[i].c_str());
    }

    void execute(TD::CHOP_Output *output, const TD::OP_Inputs *inputs, void *) override {
        cook([&] {
            if (changed_) sdk::enable_parameters(*inputs, values_, OperatorFamily::Chop);
            node_.set(values_, changed_);
            changed_ = false;
            if (values_.text(Par::Source) == "top" && values_.is_on(Par::Active))
                top_.push(inputs->getParTOP(parameter(Par::Top).name));
            else
                top_.disable();
            const bool predict = values_.is_on(Par::Predict);
            poll(predict);
            if (report_->axes) channels_.bind(*report_->axes);
            node_.poll(predict, channels_.values());
            if (output->numChannels == static_cast<int32_t>(channels_.names().size()))
                channels_.fill(report_->stats.fps_proc, output->channels);
        });
    }

private:
    std::string own_warning() const override {
        return top_.is_missing() ? message::top_is_missing : channels_.problem();
    }

    // The parameters have changed since the last execute().
    bool changed_ = false;
    Channels channels_{values_};
    sdk::TopSource top_{node_};
};

} // namespace

} // namespace rextrack_td

extern "C" {

REXTRACK_TD_EXPORT void FillCHOPPluginInfo(TD::CHOP_PluginInfo *info) {
    if (!rextrack_td::sdk::set_api_version(*info, TD::CHOPCPlusPlusAPIVersion, 0)) return;
    rextrack_td::sdk::fill_operator_info(info->customOPInfo, 0);
}

REXTRACK_TD_EXPORT TD::CHOP_CPlusPlusBase *CreateCHOPInstance(const TD::OP_NodeInfo *info) {
    TD::CHOP_CPlusPlusBase *instance = nullptr;
    rextrack_td::sdk::catch_all([&] { instance = new rextrack_td::RextrackChop(*info); });
    return instance;
}

REXTRACK_TD_EXPORT void DestroyCHOPInstance(TD::CHOP_CPlusPlusBase *instance) {
    delete static_cast<rextrack_td::RextrackChop *>(instance);
}

} // extern "C"
