# The plugins as bundles of macOS. The library and ONNX Runtime are in RextrackCHOP.plugin, in
# Contents/Frameworks: macOS asks about each loose .dylib, and a bundle has one signature. The TOP uses
# those of the CHOP, because two copies would not share their pipelines.
#
# Included, this file defines make_bundle(). As a script it does the last step of a build:
#
#   cmake -DBUNDLE=RextrackCHOP.plugin -DLIBRARIES=librextrack.dylib -P macos.cmake
#
# copies the libraries into the bundle, gives them install names of our own and signs them, then the
# bundle. With -DDRY_RUN=ON it prints its commands instead, on every system.

cmake_minimum_required(VERSION 3.20)

function(run)
  if(DRY_RUN)
    string(JOIN " " command ${ARGV})
    message(STATUS "${command}")
  else()
    execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
  endif()
endfunction()

# An ad-hoc signature has no certificate, so no time stamp either. Apple notarizes only the other kind.
function(sign file)
  set(options "")
  if(NOT IDENTITY STREQUAL "-")
    set(options --timestamp --options runtime)
  endif()
  run(codesign --force ${options} --sign "${IDENTITY}" "${file}")
endfunction()

function(finish_bundle)
  foreach(library IN LISTS LIBRARIES)
    get_filename_component(name "${library}" NAME)
    set(inside "${BUNDLE}/Contents/Frameworks/${name}")
    run("${CMAKE_COMMAND}" -E make_directory "${BUNDLE}/Contents/Frameworks")
    # An older copy may be write-protected.
    run("${CMAKE_COMMAND}" -E rm -f "${inside}")
    run("${CMAKE_COMMAND}" -E copy "${library}" "${inside}")
    # TouchDesigner has libraries of the same names. This name is found in the bundle alone.
    run(install_name_tool -id "@rpath/${name}" "${inside}")
    # A changed file needs a new signature. Those inside come before the bundle's.
    sign("${inside}")
  endforeach()
  sign("${BUNDLE}")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  if(NOT BUNDLE)
    message(FATAL_ERROR "BUNDLE is not set: pass -DBUNDLE=FILE.plugin before -P")
  endif()
  if(NOT IDENTITY)
    set(IDENTITY "-")
  endif()
  finish_bundle()
  return()
endif()

set(REXTRACK_ONNXRUNTIME "" CACHE FILEPATH "libonnxruntime.dylib, to be copied into the CHOP's bundle")
set(REXTRACK_CODESIGN_IDENTITY "-" CACHE STRING "Who signs the bundles; - is an ad-hoc signature")

# Makes the plugin of a family, CHOP or TOP, a signed bundle.
function(make_bundle plugin family)
  string(TOLOWER "${family}" lower_family)
  file(STRINGS "${root}/Cargo.toml" version REGEX "^version = ")
  string(REGEX REPLACE ".*\"(.*)\".*" "\\1" version "${version}")
  set_target_properties(${plugin} PROPERTIES
    BUNDLE ON
    BUNDLE_EXTENSION plugin
    MACOSX_BUNDLE_GUI_IDENTIFIER "org.rextrack.${lower_family}"
    MACOSX_BUNDLE_BUNDLE_NAME "Rextrack${family}"
    MACOSX_BUNDLE_BUNDLE_VERSION "${version}"
    MACOSX_BUNDLE_SHORT_VERSION_STRING "${version}"
    BUILD_RPATH "@loader_path/../Frameworks"
    INSTALL_RPATH "@loader_path/../Frameworks")
  set(libraries "")
  if(family STREQUAL "CHOP")
    set(libraries ${REXTRACK_LIBRARY} ${REXTRACK_ONNXRUNTIME})
    # A new library is copied and signed again.
    set_target_properties(${plugin} PROPERTIES LINK_DEPENDS "${libraries}")
    if(TARGET rextrack_library)
      add_dependencies(${plugin} rextrack_library)
    endif()
  endif()
  add_custom_command(TARGET ${plugin} POST_BUILD VERBATIM
    COMMAND "${CMAKE_COMMAND}" "-DBUNDLE=$<TARGET_BUNDLE_DIR:${plugin}>" "-DLIBRARIES=${libraries}"
      "-DIDENTITY=${REXTRACK_CODESIGN_IDENTITY}"
      -P "${CMAKE_CURRENT_SOURCE_DIR}/macos.cmake")
endfunction()
