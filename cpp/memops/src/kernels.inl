// The one algorithm text of all tiers. An ISA unit includes kernels/words.inl, defines its vectors
// (Wide: the widest; Clamp: the one whose four make 64 bytes, 8 bytes on the scalar tier) and
// stream_fence(), and then includes this, all in an anonymous namespace of its own.
#include "kernels/copy.inl"

#include "kernels/fill.inl"

#include "kernels/scan.inl"

#include "kernels/guest.inl"

#include "kernels/batch.inl"

#include "kernels/table.inl"
