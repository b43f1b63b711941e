// The Callbacks DAT of the Rextrack CHOP, with a real Python.

#include "host/python_context.h"
#include "plugin_test.h"

using namespace plugin_test;

namespace {

const Plugin &plugin_with_python() {
    static const Plugin plugin(variable("REXTRACK_TD_PYTHON_PLUGINS") + "/RextrackCHOP.so");
    return plugin;
}

// Notes every call as a line of text.
const char notes[] = "calls = []\n"
                     "def onEnter(op, slot, id): calls.append(f'{op} enter {slot} {id > 0}')\n"
                     "def onLeave(op, slot, id): calls.append(f'{op} leave {slot} {id > 0}')\n"
                     "def onLost(op, slot, id): calls.append(f'{op} lost {slot} {id > 0}')\n"
                     "def onProblem(op, message): calls.append(f'{op} problem {message}')\n"
                     "def onFound(op, slot, id): raise RuntimeError('on purpose')\n";

} // namespace

TEST_CASE("the plugin with Python offers its functions in a Callbacks DAT") {
    Description description;
    TD::CHOP_PluginInfo info{};
    description.attach_to(info.customOPInfo);
    plugin_with_python().entry<FILLCHOPPLUGININFO>("FillCHOPPluginInfo")(&info);
    CHECK(description.python.value == PY_VERSION);
    REQUIRE(info.customOPInfo.pythonCallbacksDAT != nullptr);
    PythonContext context(info.customOPInfo.pythonCallbacksDAT);
    for (const char *name : {"onEnter", "onLeave", "onLost", "onFound", "onProblem"})
        CHECK(context.text((std::string("callable(") + name + ")").c_str()) == "True");
}

TEST_CASE("functions are called when a square enters, is lost and leaves, and for a problem") {
    PythonContext context(notes);
    SquareScene scene(plugin_with_python(), &context);
    scene.learn_background();
    const auto has = [&](const char *line) {
        return context.text((std::string("'") + line + "' in calls").c_str()) == "True";
    };
    int frame = 0;
    const auto deadline = Clock::now() + timeout;
    while (!has("rextrack1 enter 1 True") && Clock::now() < deadline)
        scene.show_square(0.2 + 0.004 * (++frame % 120), 0.5);
    CHECK(has("rextrack1 enter 1 True"));
    CHECK(scene.show_background_until([&] { return has("rextrack1 leave 1 True"); }));
    CHECK(has("rextrack1 lost 1 True"));

    scene.chop.set("Settings", std::string("{\"no_such_key\": 1}"));
    CHECK(cook_until(scene.chop, [&] {
        return context.text("any('problem' in c and 'no_such_key' in c for c in calls)") == "True";
    }));
    scene.chop.set("Settings", std::string(""));
    CHECK(cook_until(scene.chop, [&] { return has("rextrack1 problem "); }));
}
