package plan

import (
	"time"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// costOfShard is about how long a shard's tests take: more than what is worth a process of
// its own, since all shards of a target start one and collect all its files.
const costOfShard = 8 * time.Second

// MaxShards is Bazel's own limit of shard_count.
const MaxShards = 50

// ShardSetting is a target's number of shards as a person asked for it: Auto, or
// the number.
type ShardSetting int

// Auto lets the expected time decide.
const Auto ShardSetting = 0

// ShardCount returns the number of shards for a target, of which present are in its
// BUILD file now (0: none). It is never above the number of units, and 1 for serial
// targets, whose shards could not overlap anyway.
//
// Under Auto a present number stays while it is off by less than a factor of two: changing
// it makes every shard run again.
func (t Target) ShardCount(present int) int {
	limit := max(t.Units, 1)
	switch {
	case t.Unread:
		return max(present, 1)
	case t.Serial() || t.Dist == model.No:
		return 1
	case t.Shards != Auto:
		return min(int(t.Shards), limit)
	}
	wanted := int((t.Cost + costOfShard/2) / costOfShard)
	wanted = max(1, min(wanted, limit, MaxShards))
	if 0 < present && present <= limit && present < 2*wanted && wanted < 2*present {
		return present
	}
	return wanted
}
