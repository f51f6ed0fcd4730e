// Command gazellebench measures how fast test suites are read and their BUILD files
// made: over generated test files, and over the suites in the folders that it is given.
//
//	go run . [-files N] [-profile FOLDER] [SUITE ...]
//
// In the same run it measures the common way to read Python for Gazelle, as rules_python's
// extension does: a full tree-sitter parse of each file and a walk over its whole tree. It
// exits with 1 where reading a file costs more than a third of that.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"text/tabwriter"
	"time"

	"github.com/rules-xdist/rules_xdist/tools/gazellebench/corpus"
	"github.com/rules-xdist/rules_xdist/tools/gazellebench/process"
)

// maxRatio is how much reading a file may cost, compared with the peer.
const maxRatio = 1.0 / 3

func main() {
	log.SetFlags(0)
	log.SetPrefix("gazellebench: ")
	if process.Act() {
		return
	}
	files := flag.Int("files", 10_000, "how many test files to generate")
	folder := flag.Int("folder", 20, "how many of them stand in a folder")
	profile := flag.String("profile", "", "folder for CPU profiles of the runs of Gazelle")
	flag.Parse()
	ok, err := run(corpus.Corpus{Tests: *files, PerFolder: *folder}, *profile, flag.Args())
	if err != nil {
		log.Fatal(err)
	}
	if !ok {
		log.Fatalf("reading a file costs more than %.2f of the peer", maxRatio)
	}
}

// row is what was measured of one suite.
type row struct {
	name                 string
	files                int
	bytes                int64
	one, all             cost
	parse, walk, peerAll cost
	fresh, again         process.Run
}

func run(tests corpus.Corpus, profile string, suites []string) (bool, error) {
	scratch, err := os.MkdirTemp("", "gazellebench")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(scratch)
	generated := filepath.Join(scratch, "generated")
	if err := writeGenerated(generated, tests); err != nil {
		return false, err
	}
	rows := []row{}
	for i, suite := range append([]string{generated}, suites...) {
		workspace := generated
		if i > 0 {
			workspace = filepath.Join(scratch, fmt.Sprint("suite", i))
			if err := copySources(suite, filepath.Join(workspace, filepath.Base(suite))); err != nil {
				return false, err
			}
		}
		r, err := measure(filepath.Base(suite), workspace, profile)
		if err != nil {
			return false, fmt.Errorf("%s: %w", suite, err)
		}
		rows = append(rows, r)
	}
	return show(rows), nil
}

func measure(name, workspace, profile string) (row, error) {
	r := row{name: name}
	sources, err := sourcesBelow(workspace)
	if err != nil {
		return r, err
	}
	r.files = len(sources)
	// The first reading fills the cache of the operating system, for both alike.
	if r.bytes, err = readAll(sources); err != nil {
		return r, err
	}
	r.one = onOneCore(sources, scan)
	r.parse = onOneCore(sources, peerParse)
	r.walk = onOneCore(sources, peerWalk)
	r.all = onAllCores(sources, scan)
	r.peerAll = onAllCores(sources, peerWalk)
	if r.fresh, err = process.Gazelle(workspace, profileIn(profile, name+"-from-nothing")); err != nil {
		return r, err
	}
	r.again, err = process.Gazelle(workspace, profileIn(profile, name+"-unchanged"))
	return r, err
}

func profileIn(folder, name string) string {
	if folder == "" {
		return ""
	}
	return filepath.Join(folder, name+".pprof")
}

// show prints the table, and says whether the requirement is met.
func show(rows []row) bool {
	fmt.Printf("%s, %s, %d cores\n\n", time.Now().Format(time.DateOnly), runtime.Version(), runtime.NumCPU())
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "suite\tfiles\tkB each\tms each\tpeer parses\tand walks\tratio\tfiles/s, 1 core\tall cores\tpeer, all\t")
	met := true
	for _, r := range rows {
		ratio := "-"
		if r.walk.files > 0 {
			ratio = fmt.Sprintf("%.3f", r.one.perFile()/r.walk.perFile())
			met = met && r.one.perFile() <= maxRatio*r.walk.perFile()
		}
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.3f\t%.3f\t%.3f\t%s\t%.0f\t%.0f\t%.0f\t\n",
			r.name, r.files, float64(r.bytes)/1e3/float64(r.files), r.one.perFile(), r.parse.perFile(), r.walk.perFile(), ratio,
			r.one.perSecond(), r.all.perSecond(), r.peerAll.perSecond())
	}
	w.Flush()
	fmt.Printf("\nms each: processor time to read and scan a file, on one core. ratio: of that to the peer's last, at most %.2f.\n\n", maxRatio)
	fmt.Fprintln(w, "Gazelle\tfrom nothing\tCPU\tunchanged\tCPU\tof it scanning\tmax MB\tread\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%.2f s\t%.2f s\t%.2f s\t%.2f s\t%.2f s\t%d\t%.2f\t\n",
			r.name, r.fresh.Wall.Seconds(), r.fresh.CPU.Seconds(), r.again.Wall.Seconds(), r.again.CPU.Seconds(),
			r.one.cpu.Seconds(), r.again.MaxBytes>>20, float64(r.again.ReadBytes)/float64(r.bytes))
	}
	w.Flush()
	fmt.Println("\nread: what the unchanged run read of all files, in sizes of the Python files; below 2, none was read twice.")
	for _, r := range rows {
		for _, line := range r.fresh.Failed {
			fmt.Printf("%s: Gazelle failed: %s\n", r.name, line)
		}
	}
	return met
}
