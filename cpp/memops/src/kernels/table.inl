// The tier's table. A unit says which small paths it has (Balanced, Throughput, Scan, SmallFill)
// and its guest copies of 16 and 32 bytes. The CRCs are added in dispatch.cpp.
template <class Balanced, class Throughput, class SmallFill, class Scan>
constexpr Ops make_table(Level level, Ops::Copy *guest_16, Ops::Copy *guest_32) {
  return {
      .level = level,
      .copy_balanced = copy_entry<Balanced>,
      .copy_throughput = copy_entry<Throughput>,
      .copy_forward = copy_entry<PlainSmall>,
      .copy_slack = copy_entry<Throughput, true>,
      .copy_temporal = copy_temporal_entry,
      .copy_stream = copy_stream_entry,
      .fill = fill_entry<SmallFill, true>,
      .fill_temporal = fill_entry<SmallFill, false>,
      .fill_stream = fill_stream_entry<SmallFill>,
      .compare = compare_entry<Scan>,
      .mismatch = mismatch_entry<Scan>,
      .find_byte = find_entry<Scan>,
      .is_zero = zero_entry<Scan>,
      .batch_balanced = batch_entry<Balanced>,
      .batch_throughput = batch_entry<Throughput>,
      .batch_forward = batch_entry<PlainSmall>,
      .check_batch = check_batch,
      .guest_copy_8 = guest_entry<Atom8>,
      .guest_copy_16 = guest_16,
      .guest_copy_32 = guest_32,
      .crc32c = nullptr,
      .copy_crc32c = nullptr,
  };
}
