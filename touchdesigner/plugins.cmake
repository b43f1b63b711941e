# The targets RextrackCHOP and RextrackTOP.

include(find_sdk.cmake)
find_sdk()

if(MINGW)
  include(windows/msvc_abi.cmake)
elseif(APPLE)
  include(macos.cmake)
endif()

# Compiles the half that includes the SDK, without exceptions and RTTI, and adds its objects to the
# plugin.
function(add_sdk_half plugin folder include)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/sdk/*.cpp"
    "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp")
  if(MINGW)
    add_msvc_abi_objects(${plugin} "${include}" ${sources})
    return()
  endif()
  set(half ${plugin}_sdk)
  add_library(${half} OBJECT ${sources})
  target_include_directories(${half} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}" "${root}/include")
  target_include_directories(${half} SYSTEM PRIVATE "${include}")
  if(NOT MSVC)
    target_compile_options(${half} PRIVATE -fno-exceptions -fno-rtti)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A member in the SDK has the name of its type.
    target_compile_options(${half} PRIVATE -fpermissive)
  endif()
  strict(${half})
  target_sources(${plugin} PRIVATE $<TARGET_OBJECTS:${half}>)
endfunction()

# Adds the plugin of a family, whose file goes into `output`.
function(add_plugin plugin family output)
  string(TOLOWER "${family}" folder)
  add_library(${plugin} MODULE)
  add_sdk_half(${plugin} ${folder} "${TD_${family}_INCLUDE_DIR}")
  target_link_libraries(${plugin} PRIVATE rextrack_td_core)
  set_target_properties(${plugin} PROPERTIES
    LINKER_LANGUAGE CXX
    PREFIX ""
    OUTPUT_NAME Rextrack${family}
    LIBRARY_OUTPUT_DIRECTORY "${output}"
    LIBRARY_OUTPUT_DIRECTORY_DEBUG "${output}"
    LIBRARY_OUTPUT_DIRECTORY_RELEASE "${output}")
  if(APPLE)
    make_bundle(${plugin} ${family})
  endif()
endfunction()

foreach(family IN LISTS REXTRACK_NODES)
  add_plugin(Rextrack${family} ${family} "${plugins}")
endforeach()

# The page behind the nodes' "?".
configure_file(docs/help.html "${plugins}/help.html" COPYONLY)

# The CHOP once more, with a Callbacks DAT. It works with one version of Python alone, that of its
# headers, so it is a file of its own: use it in place of the other RextrackCHOP.
set(REXTRACK_PYTHON AUTO CACHE STRING
  "Build the CHOP with callbacks, too: ON, OFF, or AUTO (if Python's headers are found)")
if(REXTRACK_PYTHON AND NOT MINGW AND "CHOP" IN_LIST REXTRACK_NODES)
  if(REXTRACK_PYTHON STREQUAL "AUTO")
    find_package(Python3 QUIET COMPONENTS Development.Module OPTIONAL_COMPONENTS Development.Embed)
  else()
    find_package(Python3 REQUIRED COMPONENTS Development.Module
      OPTIONAL_COMPONENTS Development.Embed)
  endif()
  if(Python3_Development.Module_FOUND)
    set(python_plugins "${plugins}-Python${Python3_VERSION_MAJOR}.${Python3_VERSION_MINOR}")
    message(STATUS "Callbacks: the CHOP for Python ${Python3_VERSION} goes into ${python_plugins}")
    add_plugin(RextrackCHOP_python CHOP "${python_plugins}")
    target_compile_definitions(RextrackCHOP_python_sdk PRIVATE REXTRACK_TD_PYTHON)
    target_include_directories(RextrackCHOP_python_sdk SYSTEM PRIVATE ${Python3_INCLUDE_DIRS})
    target_link_libraries(RextrackCHOP_python PRIVATE Python3::Module)
  else()
    message(STATUS "Callbacks: Python's headers are not found, so the CHOP with callbacks is not built")
  endif()
endif()
