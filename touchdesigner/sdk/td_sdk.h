// TouchDesigner's SDK. Only this file includes its headers and handles the differences between its
// generations.
//
// The headers are Derivative's and come with TouchDesigner; they are never part of this project.
// No macro tells the generations apart, so overloads detect members by name: callers pass 0, which
// prefers the overload with an int to that with a long, if the members that it uses exist.

#ifndef REXTRACK_TD_SDK_H
#define REXTRACK_TD_SDK_H

// The SDK's headers use these two without including them.
#include <stddef.h>
#include <stdint.h>

#if !defined(_WIN32) && !defined(__cdecl)
#define __cdecl
#endif

#if __has_include("CHOP_CPlusPlusBase.h")
#include "CHOP_CPlusPlusBase.h"
#endif
#if __has_include("TOP_CPlusPlusBase.h")
#include "TOP_CPlusPlusBase.h"
#endif

// The SDK's own DLLEXPORT is empty on systems where the compiler hides symbols by option.
#ifdef _WIN32
#define REXTRACK_TD_EXPORT __declspec(dllexport)
#else
#define REXTRACK_TD_EXPORT __attribute__((visibility("default")))
#endif

namespace rextrack_td::sdk {

// Declares the plugin's API version to TouchDesigner. False when this TouchDesigner does not support
// it: FillPluginInfo must then return at once.
template <class Info>
auto set_api_version(Info &info, int32_t version, int) -> decltype(info.setAPIVersion(version)) {
    return info.setAPIVersion(version);
}
template <class Info>
auto set_api_version(Info &info, int32_t version, long)
    -> decltype(info.apiVersion = version, bool()) {
    info.apiVersion = version;
    return true;
}

// Sets the text that TouchDesigner shows when you point at a parameter.
template <class Parameter>
auto set_help(Parameter &parameter, const char *text, int)
    -> decltype(parameter.help = text, void()) {
    parameter.help = text;
}
template <class Parameter> void set_help(Parameter &, const char *, long) {}

// Sets the page that the operator's "?" opens, if there is one.
template <class Info>
auto set_help_url(Info &info, const char *url, int)
    -> decltype(info.opHelpURL->setString(url), void()) {
    if (info.opHelpURL && *url) info.opHelpURL->setString(url);
}
template <class Info> void set_help_url(Info &, const char *, long) {}

// Cameras and models use sRGB, so pictures are passed as sRGB in both directions, whatever the
// project's working colour space is.
template <class Picture>
auto set_srgb(Picture &picture, int)
    -> decltype(picture.colorSpace = decltype(picture.colorSpace)::SRGB, void()) {
    picture.colorSpace = decltype(picture.colorSpace)::SRGB;
}
template <class Picture> void set_srgb(Picture &, long) {}

} // namespace rextrack_td::sdk

#endif
