package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// BatchSetting is how long the tests of a target should take at least to be worth a
// process of their own; shares that take less look for company. BatchOff: never.
type BatchSetting time.Duration

const (
	BatchOff BatchSetting = 0
	// BatchAuto keeps start-up at about a tenth of a target's time: to start pytest and
	// import what a usual suite does takes about 0.3 s.
	BatchAuto = BatchSetting(3 * time.Second)
)

// A present target changes when it is too small, less than half of the setting, or too
// large, more than a quarter above it.
func tooSmall(cost, worth time.Duration) bool { return 2*cost < worth }
func tooLarge(cost, worth time.Duration) bool { return 4*cost > 5*worth }

// cluster is a target in the making: shares of one class that are to share a process.
type cluster struct {
	shares []share // by path
	cost   time.Duration
	// worth is the setting that all the shares have.
	worth time.Duration
	// pkg is the folder of the target.
	pkg string
	// present says that it is, or was, a target in a BUILD file; name is that target's,
	// or "" if the cluster can no longer have it.
	present bool
	name    string
	// fixed says that no shares may come or go.
	fixed bool
	// folders are those from which its modules are imported, by the modules' first names.
	folders map[string]string
}

func newCluster(s share) *cluster {
	return &cluster{
		shares:  []share{s},
		cost:    s.file.cost(s.runs),
		worth:   time.Duration(s.file.Worth),
		pkg:     s.folder(),
		folders: map[string]string{s.file.Module.topName(): s.file.Module.Folder},
	}
}

// isSmall says whether the cluster is too small even for a present target.
func (c *cluster) isSmall() bool { return tooSmall(c.cost, c.worth) }

// seeks says whether the cluster should have company: a new one when it is not worth a
// process of its own, a present one only when it is too small.
func (c *cluster) seeks() bool {
	return !c.fixed && (c.isSmall() || !c.present && c.cost < c.worth)
}

// fits says whether two clusters may become one: it must not be cut again, and pytest
// must be able to import the files of both.
func (c *cluster) fits(d *cluster) bool {
	return !c.fixed && !d.fixed && !tooLarge(c.cost+d.cost, c.worth) && !c.clashes(d)
}

func (c *cluster) clashes(d *cluster) bool {
	if len(c.folders) < len(d.folders) {
		c, d = d, c
	}
	for name, folder := range d.folders {
		if other, ok := c.folders[name]; ok && other != folder {
			return true
		}
	}
	return false
}

// join adds d's shares to c. Of two present batches the one in the higher folder stays,
// else c.
func (c *cluster) join(d *cluster, home home) {
	pkg := home(c.pkg, d.pkg)
	name := ""
	for _, old := range []*cluster{c, d} {
		if name == "" && old.pkg == pkg && !old.isNamedAsShare() {
			name = old.name
		}
	}
	c.pkg, c.name = pkg, name
	c.present = c.present || d.present
	c.cost += d.cost
	c.shares = append(c.shares, d.shares...)
	slices.SortFunc(c.shares, func(a, b share) int { return strings.Compare(a.file.Path, b.file.Path) })
	for name, folder := range d.folders {
		c.folders[name] = folder
	}
}

// isNamedAsShare says whether the cluster's name is that of one of its files alone.
func (c *cluster) isNamedAsShare() bool {
	return slices.ContainsFunc(c.shares, func(s share) bool { return s.name == c.name })
}

// cut returns a cluster that is too large in pieces, grouped as new
// files would be. The one with the most files remains the present target.
func (c *cluster) cut(home home) []*cluster {
	if c.fixed || len(c.shares) == 1 || !tooLarge(c.cost, c.worth) {
		return []*cluster{c}
	}
	pieces := make([]*cluster, len(c.shares))
	for i, s := range c.shares {
		pieces[i] = newCluster(s)
	}
	pieces = pack(pieces, c.pkg, home)
	main := slices.MaxFunc(pieces, func(a, b *cluster) int { return len(a.shares) - len(b.shares) })
	if len(main.shares) > 1 {
		main.pkg, main.name, main.present = c.pkg, c.name, true
	}
	return pieces
}

// label names the target that the cluster becomes.
func (c *cluster) label() string { return label(c.pkg, c.name) }

func (c *cluster) target() Target {
	files := make([]File, len(c.shares))
	for i, s := range c.shares {
		files[i] = s.file
	}
	// The shares of a batch run the same.
	t := newTarget(c.name, c.pkg, files, c.shares[0].runs)
	t.Batch = len(files) > 1
	return t
}

func label(pkg, name string) string { return fmt.Sprintf("//%s:%s", pkg, name) }
