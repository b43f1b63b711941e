// Cooks a Rextrack CHOP at 60 Hz and measures the time of execute().
//
//   cook_bench COOKS NAME=VALUE...
//
// Each NAME is a parameter of the node, or
//   top=WIDTHxHEIGHT        a TOP with a moving square, with a new picture every cook
//   still=1                 the picture of that TOP does not change
//   change=every-cook       a parameter changes before every cook
//   models=A,B              the model changes every 250 cooks
//   restart=N               Restart is pulsed every N cooks
// Prints "cook N" every 100 cooks, so that the caller can act meanwhile, and at the end one line of
// JSON with times in microseconds.

#include "host/chop_node.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace host;

namespace {

double percentile(std::vector<double> values, double fraction) {
    std::sort(values.begin(), values.end());
    const auto last = static_cast<double>(values.size() - 1);
    return values[static_cast<std::size_t>(std::ceil(fraction * last))];
}

double in_us(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1000.0; }

} // namespace

int main(int argc, char **argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: cook_bench COOKS NAME=VALUE...\n");
        return 2;
    }
    const int cooks = std::atoi(argv[1]);
    ChopNode chop(chop_plugin(), 1);
    chop.set("Slots", 32.0);
    for (const char *name : {"Velocity", "Score", "Class", "Age", "Speed", "Presence", "Fps",
                             "Latency"})
        chop.set(name, 1.0);
    std::unique_ptr<SourceTop> top;
    // Painted before, so that their painting is not measured.
    std::vector<std::shared_ptr<const Picture>> pictures;
    bool change = false, still = false;
    int restart = 0;
    std::vector<std::string> models;
    for (int i = 2; i < argc; ++i) {
        const std::string argument = argv[i];
        const std::size_t equals = argument.find('=');
        const std::string name = argument.substr(0, equals), value = argument.substr(equals + 1);
        if (name == "top") {
            unsigned width = 0, height = 0;
            std::sscanf(value.c_str(), "%ux%u", &width, &height);
            for (int n = 0; n < 30; ++n) {
                auto picture = std::make_shared<Picture>(width, height, 90);
                picture->paint(0.3 + 0.01 * n, 0.5, 0.1, 0.2);
                pictures.push_back(picture);
            }
            top = std::make_unique<SourceTop>(2);
            chop.set("Source", std::string("top"));
            chop.inputs.top = top.get();
        } else if (name == "change") {
            change = true;
        } else if (name == "still") {
            still = true;
        } else if (name == "restart") {
            restart = std::atoi(value.c_str());
        } else if (name == "models") {
            const std::size_t comma = value.find(',');
            models = {value.substr(0, comma), value.substr(comma + 1)};
        } else if (chop.inputs.par(name.c_str()).text.empty() &&
                   !value.empty() && value.find_first_not_of("0123456789.") == std::string::npos) {
            chop.set(name.c_str(), std::atof(value.c_str()));
        } else {
            chop.set(name.c_str(), value);
        }
    }
    std::vector<double> execute, cook, undisturbed;
    int occupied = 0, preempted = 0;
    auto next = Clock::now();
    for (int n = 0; n < cooks; ++n) {
        next += std::chrono::microseconds(16667);
        if (top && (n == 0 || !still)) top->show(pictures[static_cast<std::size_t>(std::abs(n % 58 - 29))]);
        if (change) {
            chop.set("Confidence", 0.2 + 0.0001 * n);
            chop.set("Smoothing", n % 2 ? 0.3 : 0.4);
            chop.set("Classes", std::string(n % 2 ? "motion" : ""));
            chop.set("Slots", 32.0 - n % 2);
        }
        if (!models.empty() && n % 250 == 0)
            chop.set("Model", models[static_cast<std::size_t>(n / 250 % 2)]);
        if (restart && n % restart == restart - 1) chop.pulse("Restart");
        chop.cook();
        execute.push_back(in_us(chop.execute_time));
        cook.push_back(in_us(chop.cook_time));
        preempted += chop.preemptions > 0;
        if (chop.preemptions == 0) undisturbed.push_back(execute.back());
        occupied += chop.value("count") > 0;
        if (n % 100 == 0) {
            std::printf("cook %d\n", n);
            std::fflush(stdout);
        }
        std::this_thread::sleep_until(next);
    }
    std::printf("{\"cooks\": %d, \"execute_p50\": %.1f, \"execute_p99\": %.1f, "
                "\"execute_max\": %.1f, \"preempted\": %d, \"undisturbed_max\": %.1f, "
                "\"cook_p99\": %.1f, \"cook_max\": %.1f, "
                "\"cooks_with_owner\": %d, \"frames\": %.0f, \"reconnects\": %.0f, "
                "\"error\": \"%s\", \"status\": \"%s\"}\n",
                cooks, percentile(execute, 0.5), percentile(execute, 0.99),
                percentile(execute, 1.0), preempted, percentile(undisturbed, 1.0),
                percentile(cook, 0.99), percentile(cook, 1.0), occupied,
                static_cast<double>(chop.info_channels["frames"]),
                static_cast<double>(chop.info_channels["reconnects"]), chop.error.c_str(),
                chop.info_field("status").c_str());
    return 0;
}
