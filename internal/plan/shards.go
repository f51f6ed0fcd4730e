package plan

import "github.com/rules-xdist/rules_xdist/internal/model"

// How many units a shard is worth. Starting pytest costs about as much as fifty
// tests of a usual unit test suite; a shard with fewer is mostly start-up.
const unitsPerShard = 50

// ShardSetting is a target's number of shards as a person asked for it: Auto, or
// the number.
type ShardSetting int

// Auto lets the number of units decide.
const Auto ShardSetting = 0

// Shards returns the number of shards for a target with the given units, of which
// present are in its BUILD file now (0: none). It is never above the number of
// units, and 1 for serial targets, whose shards could not overlap anyway.
//
// Under Auto a present number stays while it is off by less than a factor of two:
// changing it makes every shard run again.
func Shards(t Target, setting ShardSetting, present int) int {
	limit := max(t.Units, 1)
	switch {
	case t.Serial() || t.Dist == model.No:
		return 1
	case setting != Auto:
		return min(int(setting), limit)
	}
	wanted := max((t.Units+unitsPerShard-1)/unitsPerShard, 1)
	if present > 0 && present <= limit && present < 2*wanted && wanted < 2*present {
		return present
	}
	return wanted
}
