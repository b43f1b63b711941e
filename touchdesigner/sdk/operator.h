// The part of a node that CHOP and TOP have in common.

#ifndef REXTRACK_TD_OPERATOR_H
#define REXTRACK_TD_OPERATOR_H

#include "core/interface.h"
#include "memory.h"
#include "parameters.h"
#include "td_sdk.h"

namespace rextrack_td::sdk {

// Describes the operator to TouchDesigner. `inputs` is the number of its input connectors.
void fill_operator_info(TD::OP_CustomOPInfo &info, int32_t inputs);

// TouchDesigner's absolute frame, or -1 when it is not known.
inline int64_t absolute_frame(const TD::OP_Inputs &inputs) {
    const TD::OP_TimeInfo *time = inputs.getTimeInfo();
    return time ? time->absFrame : -1;
}

// A node; `Base` is the SDK's class of its family. Owns `node`.
template <class Base, uint32_t family> class Operator : public Base, public Allocated {
public:
    using Allocated::operator new;
    using Allocated::operator delete;

    explicit Operator(RextrackTdNode *node) : node_(node) {}
    ~Operator() override { rextrack_td_destroy(node_); }

    int32_t getNumInfoCHOPChans(void *) override { return rextrack_td_info_channel_count(); }

    void getInfoCHOPChan(int32_t index, TD::OP_InfoCHOPChan *channel, void *) override {
        channel->name->setString(rextrack_td_info_channel(node_, index, &channel->value));
    }

    bool getInfoDATSize(TD::OP_InfoDATSize *size, void *) override {
        rextrack_td_info_size(node_, &size->rows, &size->cols);
        size->byColumn = false;
        return true;
    }

    void getInfoDATEntries(int32_t index, int32_t entries, TD::OP_InfoDATEntries *row,
                           void *) override {
        for (int32_t i = 0; i < entries; ++i)
            row->values[i]->setString(rextrack_td_info_cell(node_, index, i));
    }

    void getErrorString(TD::OP_String *error, void *) override {
        set_unless_empty(*error, rextrack_td_error(node_));
    }

    void getWarningString(TD::OP_String *warning, void *) override {
        set_unless_empty(*warning, rextrack_td_warning(node_));
    }

    void getInfoPopupString(TD::OP_String *info, void *) override {
        info->setString(rextrack_td_popup(node_));
    }

    void setupParameters(TD::OP_ParameterManager *manager, void *) override {
        append_parameters(*manager, family);
    }

    void pulsePressed(const char *name, void *) override { rextrack_td_pulse(node_, name); }

    void buildDynamicMenu(const TD::OP_Inputs *, TD::OP_BuildDynamicMenuInfo *menu,
                          void *) override {
        build_menu(*menu, node_);
    }

protected:
    RextrackTdNode *const node_;

private:
    static void set_unless_empty(TD::OP_String &string, const char *text) {
        if (*text) string.setString(text);
    }
};

} // namespace rextrack_td::sdk

#endif
