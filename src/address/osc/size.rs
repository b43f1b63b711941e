//! How many bytes OSC messages of floats take.

/// The most bytes of one datagram: what fits an Ethernet frame of 1500 with
/// IPv6 and UDP headers and some room for tunnels, so that nothing is
/// fragmented.
pub const DATAGRAM_MAX: usize = 1432;

/// Bytes of a bundle's beginning: "#bundle", its terminator and the time tag.
pub const BUNDLE_HEADER: usize = 16;

/// Bytes of a datagram that carries only these messages of floats, each given
/// by the length of its address and its number of arguments.
pub fn datagram_size(messages: impl IntoIterator<Item = (usize, usize)>) -> usize {
    BUNDLE_HEADER
        + messages
            .into_iter()
            .map(|(address, floats)| element_size(address, floats))
            .sum::<usize>()
}

/// Bytes of one message of floats within a bundle: its size, its address, its
/// type tags with the comma, and the values, each padded to four.
pub fn element_size(address: usize, floats: usize) -> usize {
    let padded = |length: usize| (length / 4 + 1) * 4;
    4 + padded(address) + padded(1 + floats) + 4 * floats
}
