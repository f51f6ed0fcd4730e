package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// share is what of a file's tests one target runs, if no other file's tests need to run
// in the same process: its serial tests or the others, of one set of split markers.
type share struct {
	file File
	runs []model.Part
	// batchable says that it may be in a batch. Of a file only the first share is, so that
	// a file that comes or goes changes one batch at the most; and none with groups, of
	// which all other targets of the batch's files would have to know.
	batchable bool
	// name is that of a target that runs this share alone.
	name string
}

// class is what shares must have in common to be in one target.
type class struct {
	kind
	// settings are the files' settings, as text, since they hold lists.
	settings string
}

// kind is what the parts of one share have in common.
type kind struct {
	serial bool
	// markers are the split markers that all the tests bear.
	markers string
}

func kindOf(part model.Part) kind { return kind{part.Serial(), part.Markers()} }

// suffix says how a share is apart from the file's first: by its split markers; and that
// it is serial.
func (k kind) suffix(first kind) string {
	suffix := ""
	if k.markers != first.markers {
		suffix = strings.ReplaceAll(cmp.Or(k.markers, "+unmarked"), "+", "_")
	}
	if k.serial {
		suffix += "_serial"
	}
	return suffix
}

func (s share) kind() kind { return kindOf(s.runs[0]) }

// folder returns that of a target for the share alone.
func (s share) folder() string { return Startable(PackageOf(s.file.Path)) }

// sharesOf returns the shares of files, in the order of files.
func sharesOf(files []File, crossing crossings, kept keptSet) []share {
	var shares []share
	for _, f := range files {
		if f.Given {
			continue
		}
		own := without(f.parts(), func(part model.Part) bool {
			return crossing.has(f, part) || kept.has(f.Path, part)
		})
		// Parts are sorted, so those of one kind may stand apart.
		var kinds []kind
		byKind := map[kind][]model.Part{}
		for _, part := range own {
			k := kindOf(part)
			if byKind[k] == nil {
				kinds = append(kinds, k)
			}
			byKind[k] = append(byKind[k], part)
		}
		for i, k := range kinds {
			runs := byKind[k]
			_, group := runs[0].Group()
			shares = append(shares, share{
				file:      f,
				runs:      runs,
				batchable: i == 0 && len(runs) == 1 && !group && !f.OtherGroups && !(f.Unread && len(f.Tests) == 0),
				name:      f.stem() + k.suffix(kinds[0]),
			})
		}
	}
	return shares
}

// shareTargets returns the targets for shares.
func shareTargets(shares []share, present []Present, home home) []Target {
	followMarks(present, shares)
	clusters, free := aloneClusters(shares, present)
	classes := map[class][]share{}
	for _, s := range shares {
		if s.batchable {
			c := class{s.kind(), fmt.Sprintf("%+v", s.file.Settings)}
			classes[c] = append(classes[c], s)
		}
	}
	for _, members := range classes {
		var pieces []*cluster
		for _, c := range recall(members, free) {
			pieces = append(pieces, c.cut(home)...)
		}
		clusters = append(clusters, pack(pieces, members[0].file.Top, home)...)
	}
	name(clusters, present)
	targets := make([]Target, len(clusters))
	for i, c := range clusters {
		targets[i] = c.target()
	}
	return targets
}

// aloneClusters returns the clusters of the shares that are in no batch, and the present
// targets that are none of theirs. Such a share keeps a fixed target of its own.
func aloneClusters(shares []share, present []Present) (clusters []*cluster, free []Present) {
	fixed := map[string][]Present{}
	for _, p := range present {
		if p.Fixed && len(p.Files) == 1 {
			fixed[p.Files[0]] = append(fixed[p.Files[0]], p)
		}
	}
	taken := map[string]bool{}
	for _, s := range shares {
		if s.batchable {
			continue
		}
		c := newCluster(s)
		isFree := func(p Present) bool { return p.holds(s) && !taken[p.label()] }
		if i := slices.IndexFunc(fixed[s.file.Path], isFree); i >= 0 {
			c.become(fixed[s.file.Path][i])
			taken[c.label()] = true
		}
		clusters = append(clusters, c)
	}
	return clusters, slices.DeleteFunc(slices.Clone(present), func(p Present) bool { return taken[p.label()] })
}

// name gives the clusters their names: a share alone has its own, a batch keeps that of
// the present target, or else gets the first number that is free in its package.
func name(clusters []*cluster, present []Present) {
	slices.SortFunc(clusters, compareClusters)
	taken := map[string]bool{}
	for _, p := range present {
		taken[p.label()] = true
	}
	kept := map[string]bool{}
	for _, c := range clusters {
		switch {
		case c.fixed:
		case len(c.shares) == 1:
			c.pkg, c.name = c.shares[0].folder(), c.shares[0].name
		case c.isNamedAsShare() || kept[c.label()]:
			c.name = ""
		}
		kept[c.label()] = true
	}
	for _, c := range clusters {
		for n := 1; c.name == ""; n++ {
			if number := fmt.Sprintf("%s%d", batchTargetPrefix, n); !taken[label(c.pkg, number)] {
				c.name = number
			}
		}
		taken[c.label()] = true
	}
}

const batchTargetPrefix = "xdist_batch_"

func compareClusters(a, b *cluster) int {
	return cmp.Or(
		strings.Compare(a.pkg, b.pkg),
		strings.Compare(a.shares[0].file.Path, b.shares[0].file.Path),
		model.ComparePart(a.shares[0].runs[0], b.shares[0].runs[0]))
}
