//go:build linux

package sandbox

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// help is what the action's program does, where no shell can.
func help(arguments []string) error {
	if len(arguments) < 2 {
		return errors.New("usage: helper WHAT ARGUMENT")
	}
	what, argument := arguments[0], arguments[1]
	switch what {
	case "setxattr":
		return errors.Join(os.Chmod(argument, 0o666), unix.Setxattr(argument, "user.bad", []byte("bad"), 0))
	case "utimes":
		return os.Chtimes(argument, time.Unix(1, 0), time.Unix(1, 0))
	case "mmap":
		return writeMapped(argument)
	case "listen":
		return talkToItself(argument)
	case "dial":
		connection, err := net.DialTimeout("tcp", argument, 2*time.Second)
		if err != nil {
			return err
		}
		return connection.Close()
	case "allocate":
		return allocate(argument)
	}
	return fmt.Errorf("helper: %s: unknown", what)
}

func writeMapped(file string) error {
	os.Chmod(file, 0o666)
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	mapped, err := unix.Mmap(int(f.Fd()), 0, 4, unix.PROT_WRITE|unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	copy(mapped, "bad!")
	return unix.Munmap(mapped)
}

func talkToItself(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	connection, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return err
	}
	return errors.Join(connection.Close(), listener.Close())
}

func allocate(megabytes string) error {
	number, err := strconv.Atoi(megabytes)
	if err != nil {
		return err
	}
	var kept [][]byte
	for range number {
		block := make([]byte, 1<<20)
		for i := range block {
			block[i] = byte(i)
		}
		kept = append(kept, block)
	}
	fmt.Println("allocated", len(kept))
	return nil
}
