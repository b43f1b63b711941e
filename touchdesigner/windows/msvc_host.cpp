// Loads the plugins as TouchDesigner does on Windows, through MSVC's virtual tables.
//
//   msvc_host FOLDER            the plugins beside the library, or the stand-in for it
//   msvc_host FOLDER --missing  the plugins without the library

#include "msvc_host.h"
#if __has_include("TOP_CPlusPlusBase.h")
#include "msvc_host_top.h"
#endif

extern "C" {
void *LoadLibraryA(const char *path);
void *GetProcAddress(void *library, const char *name);
unsigned long GetLastError();
void Sleep(unsigned long milliseconds);
int snprintf(char *text, size_t size, const char *format, ...);
}

namespace host {

// Cooks at 60 Hz until `done`. Ends the program after a minute.
template <class Cook, class Done> void cook_until(const char *rule, Cook cook, Done done) {
    for (int i = 0; i < 3600; ++i) {
        cook();
        if (done()) return;
        Sleep(16);
    }
    check(false, rule);
}

class Plugin {
public:
    Plugin(const char *folder, const char *name) {
        snprintf(path, sizeof path, "%s\\%s.dll", folder, name);
        handle_ = LoadLibraryA(path);
        char code[16];
        snprintf(code, sizeof code, "%lu", GetLastError());
        check(handle_, path, code);
    }
    template <class Function> Function entry(const char *name) const {
        void *found = GetProcAddress(handle_, name);
        check(found, "the plugin exports the function", name);
        return reinterpret_cast<Function>(found);
    }

    char path[512];

private:
    void *handle_;
};

// Asks a plugin for its description.
template <class Info> void check_description(void (*fill)(Info *), int32_t version) {
    auto *info = new Info();
    String texts[6];
    TD::OP_CustomOPInfo &custom = info->customOPInfo;
    custom.opType = &texts[0];
    custom.opLabel = &texts[1];
    custom.opIcon = &texts[2];
    custom.authorName = &texts[3];
    custom.authorEmail = &texts[4];
    custom.pythonVersion = &texts[5];
    fill(info);
    check(info->apiVersion == version, "the plugin has this SDK's version");
    check(strcmp(texts[0].value, "Rextrack") == 0, "the type is Rextrack", texts[0].value);
    check(strlen(texts[2].value) == 3, "the icon has three letters", texts[2].value);
    delete info;
}

// What the info callbacks of a node say.
struct Info {
    String error, warning, popup;
    int channels = 0, rows = 0;
    bool has_slot = false;

    template <class Node> explicit Info(Node &node) {
        node.getErrorString(&error, nullptr);
        node.getWarningString(&warning, nullptr);
        node.getInfoPopupString(&popup, nullptr);
        channels = node.getNumInfoCHOPChans(nullptr);
        for (int32_t i = 0; i < channels; ++i) {
            String name;
            TD::OP_InfoCHOPChan channel{};
            channel.name = &name;
            node.getInfoCHOPChan(i, &channel, nullptr);
            check(name.value[0], "a channel of the Info CHOP has a name");
        }
        TD::OP_InfoDATSize size{};
        if (node.getInfoDATSize(&size, nullptr)) read_table(node, size);
    }

private:
    template <class Node> void read_table(Node &node, const TD::OP_InfoDATSize &size) {
        rows = size.rows;
        check(size.cols > 0 && size.cols <= 32, "the Info DAT has up to 32 columns");
        for (int32_t row = 0; row < rows; ++row) {
            auto *cells = new String[32];
            TD::OP_String *pointers[32];
            for (int i = 0; i < 32; ++i) pointers[i] = &cells[i];
            TD::OP_InfoDATEntries entries{};
            entries.values = pointers;
            node.getInfoDATEntries(row, size.cols, &entries, nullptr);
            has_slot = has_slot || strcmp(cells[0].value, "p1") == 0;
            delete[] cells;
        }
    }
};

class ChopNode {
public:
    Inputs inputs;
    int32_t channel_count = 0;

    ChopNode(const Plugin &plugin, uint32_t id) {
        info_.opPath = "/project1/rextrack1";
        info_.opId = id;
        info_.pluginPath = plugin.path;
        destroy_ = plugin.entry<DESTROYCHOPINSTANCE>("DestroyCHOPInstance");
        node = plugin.entry<CREATECHOPINSTANCE>("CreateCHOPInstance")(&info_);
        check(node, "the plugin creates a CHOP");
        node->setupParameters(&inputs.parameters, nullptr);
    }
    ~ChopNode() { destroy_(node); }

    void cook() {
        TD::CHOP_GeneralInfo general{};
        node->getGeneralInfo(&general, &inputs, nullptr);
        check(general.cookEveryFrameIfAsked, "a CHOP cooks every frame");
        TD::CHOP_OutputInfo size{};
        check(node->getOutputInfo(&size, &inputs, nullptr), "a CHOP says its size");
        channel_count = size.numChannels;
        check(channel_count > 0 && channel_count <= max_channels, "a CHOP has channels");
        check(size.numSamples == 1, "a channel has one sample");
        for (int32_t i = 0; i < channel_count; ++i) {
            node->getChannelName(i, &names_[i], &inputs, nullptr);
            channels_[i] = &values_[i];
            texts_[i] = names_[i].value;
            values_[i] = -1e30f;
        }
        TD::CHOP_Output output(channel_count, 1, 60, 0, channels_, texts_);
        node->execute(&output, &inputs, nullptr);
        for (int32_t i = 0; i < channel_count; ++i)
            check(values_[i] > -1e30f, "every channel gets a value", texts_[i]);
    }

    float value(const char *name) const {
        for (int32_t i = 0; i < channel_count; ++i)
            if (strcmp(names_[i].value, name) == 0) return values_[i];
        check(false, "the channel exists", name);
        return 0;
    }

    TD::CHOP_CPlusPlusBase *node;

private:
    static constexpr int max_channels = 512;
    TD::OP_NodeInfo info_{};
    DESTROYCHOPINSTANCE destroy_;
    String names_[max_channels];
    float values_[max_channels];
    float *channels_[max_channels];
    const char *texts_[max_channels];
};

bool is_near(float value, double expected) { return fabs(value - expected) < 0.02; }

void check_chop(const Plugin &plugin) {
    check_description(plugin.entry<FILLCHOPPLUGININFO>("FillCHOPPluginInfo"),
                      TD::CHOPCPlusPlusAPIVersion);
    auto *chop = new ChopNode(plugin, 1);
    check(chop->inputs.parameters.count > 20, "a CHOP has its parameters");
    chop->cook();

    SourceTop top;
    chop->inputs.set("Source", "top");
    chop->inputs.set("Model", "builtin:motion");
    chop->inputs.set("Coordinates", "frame");
    chop->inputs.top = &top;
    const auto cook = [&] {
        ++top.totalCooks;
        chop->cook();
    };
    // The square is in the left half of the top quarter.
    cook_until("the CHOP tracks the TOP", cook, [&] {
        return is_near(chop->value("p1_x"), 0.25) && is_near(chop->value("p1_y"), 0.125);
    });
    check(!chop->inputs.par("Address").is_enabled, "Address is disabled while Source is TOP");
    const float before = chop->value("p2_x");
    cook_until("a slot moves", cook, [&] { return chop->value("p2_x") != before; });

    const Info info(*chop->node);
    check(!info.error.value[0], "a CHOP that tracks has no error", info.error.value);
    check(info.channels > 5, "the Info CHOP has channels");
    check(info.rows > 4 && info.has_slot, "the Info DAT has a row for a slot");
    check(contains(info.popup.value, "rextrack"), "the popup names rextrack", info.popup.value);

    Menu menu("Model");
    menu.instance = chop->node;
    chop->node->buildDynamicMenu(&chop->inputs, &menu, nullptr);
    check(menu.has_motion, "the menu of Model has builtin:motion");

    chop->node->pulsePressed("Restart", nullptr);
    cook_until("the CHOP tracks again after Restart", cook,
               [&] { return is_near(chop->value("p1_x"), 0.25); });
    const int channels = chop->channel_count;
    delete chop;
    check(live_objects() == 0, "the CHOP releases every picture");
    printf("CHOP: %d channels, %d menu entries\n", channels, menu.count);
}

void check_missing_library(const Plugin &plugin) {
    auto *chop = new ChopNode(plugin, 2);
    cook_until("a CHOP without the library has an error", [&] { chop->cook(); },
               [&] { return Info(*chop->node).error.value[0]; });
    const Info info(*chop->node);
    check(contains(info.error.value, "rextrack.dll"), "the error names the library",
          info.error.value);
    check(chop->value("p1_x") == 0, "a CHOP without the library has its channels");
    delete chop;
    printf("CHOP without the library: %s\n", info.error.value);
}

#if __has_include("TOP_CPlusPlusBase.h")

void check_top(const Plugin &plugin) {
    check_description(plugin.entry<FILLTOPPLUGININFO>("FillTOPPluginInfo"),
                      TD::TOPCPlusPlusAPIVersion);
    TopContext context;
    TopOutput output;
    auto *inputs = new Inputs;
    TD::OP_NodeInfo info{};
    info.opPath = "/project1/rextrack2";
    info.opId = 3;
    info.pluginPath = plugin.path;
    info.context = &context;
    TD::TOP_CPlusPlusBase *node =
        plugin.entry<CREATETOPINSTANCE>("CreateTOPInstance")(&info, &context);
    check(node, "the plugin creates a TOP");
    node->setupParameters(&inputs->parameters, nullptr);
    SourceTop source;
    inputs->set("Source", "top");
    inputs->set("Model", "builtin:motion");
    inputs->top = &source;
    const auto cook = [&] {
        ++source.totalCooks;
        TD::TOP_GeneralInfo general{};
        node->getGeneralInfo(&general, inputs, nullptr);
        node->execute(&output, inputs, nullptr);
    };
    cook_until("the TOP shows a picture", cook, [&] { return output.uploads > 2; });
    check(output.width > 0 && output.height > 0, "the picture has a size");
    const Info text(*node);
    check(!text.error.value[0], "a TOP that shows a picture has no error", text.error.value);
    plugin.entry<DESTROYTOPINSTANCE>("DestroyTOPInstance")(node, &context);
    check(live_objects() == 0, "the TOP releases every picture and buffer");
    printf("TOP: %dx%d, colour %d %d %d\n", static_cast<int>(output.width),
           static_cast<int>(output.height), output.pixel[0], output.pixel[1], output.pixel[2]);
    delete inputs;
}

#endif

} // namespace host

int main(int count, char **arguments) {
    host::check(count > 1, "the first argument is the folder of the plugins");
    const host::Plugin chop(arguments[1], "RextrackCHOP");
    if (count > 2) {
        host::check_missing_library(chop);
    } else {
        host::check_chop(chop);
#if __has_include("TOP_CPlusPlusBase.h")
        host::check_top(host::Plugin(arguments[1], "RextrackTOP"));
#endif
    }
    printf("passed\n");
    return 0;
}
