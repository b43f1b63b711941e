# Derivative's headers. An installation has them in folders named after samples (Samples/CPlusPlus/CHOP,
# CPUMemoryTOP, ...), the public repository of the samples one folder deeper (CHOP/*, TOP/*).

# Sets TD_CHOP_INCLUDE_DIR and TD_TOP_INCLUDE_DIR for the nodes in REXTRACK_NODES. A family that is
# missing is an error: a build that leaves a node out looks like one that worked.
function(find_sdk)
  file(TO_CMAKE_PATH "${TD_SDK_DIR}" sdk)
  set(missing "")
  foreach(family IN LISTS REXTRACK_NODES)
    if(NOT family MATCHES "^(CHOP|TOP)$")
      message(FATAL_ERROR "REXTRACK_NODES has ${family}, which is no node of rextrack: set it to "
        "CHOP, TOP, or CHOP;TOP")
    endif()
    set(header "${family}_CPlusPlusBase.h")
    set(found "")
    foreach(folder "" "*/" "*/*/" "../*/")
      # sdk/CHOP comes before sdk/CHOPWithPythonClass.
      file(GLOB headers "${sdk}/${folder}${header}")
      list(SORT headers)
      list(APPEND found ${headers})
    endforeach()
    if(found)
      list(GET found 0 first)
      get_filename_component(first "${first}" ABSOLUTE)
      get_filename_component(first "${first}" DIRECTORY)
      set(TD_${family}_INCLUDE_DIR "${first}")
      set(TD_${family}_INCLUDE_DIR "${first}" PARENT_SCOPE)
      message(STATUS "${header}: ${first}")
    else()
      string(APPEND missing " ${header}")
    endif()
  endforeach()
  if(missing)
    message(FATAL_ERROR "TD_SDK_DIR is ${TD_SDK_DIR}, where these headers are missing:${missing}. "
      "The plugins need CHOP_CPlusPlusBase.h and TOP_CPlusPlusBase.h. The build looked for them in "
      "${sdk}, in the folders of it (*, */*) and in those beside it (../*). Set TD_SDK_DIR to "
      "TouchDesigner's folder Samples/CPlusPlus. To build one node only, set REXTRACK_NODES to CHOP "
      "or TOP.")
  endif()
  warn_of_two_generations()
endfunction()

# Headers of two generations build plugins that work in different versions of TouchDesigner.
function(warn_of_two_generations)
  if(NOT TD_CHOP_INCLUDE_DIR OR NOT TD_TOP_INCLUDE_DIR)
    return()
  endif()
  foreach(family CHOP TOP)
    set(common "${TD_${family}_INCLUDE_DIR}/CPlusPlus_Common.h")
    set(${family}_text "")
    if(EXISTS "${common}")
      file(READ "${common}" ${family}_text)
      string(REPLACE "\r" "" ${family}_text "${${family}_text}")
    endif()
  endforeach()
  if(NOT CHOP_text STREQUAL TOP_text)
    message(WARNING "The SDK's headers for the CHOP (${TD_CHOP_INCLUDE_DIR}) and for the TOP "
      "(${TD_TOP_INCLUDE_DIR}) are of different versions: their CPlusPlus_Common.h differ. Set "
      "TD_SDK_DIR to the folder Samples/CPlusPlus of one TouchDesigner, or the two plugins may need "
      "different versions of it.")
  endif()
endfunction()
