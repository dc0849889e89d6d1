package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// ticksPerSecond is the unit of /proc/PID/stat: USER_HZ, which is 100 on every Linux.
const ticksPerSecond = 100

// cpuSeconds gives the CPU time a process and its threads have taken so far, user and system.
// It needs Linux's /proc.
func cpuSeconds(pid int) (float64, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("CPU time of process %d: %w", pid, err)
	}
	return parseStat(string(stat))
}

// parseStat takes utime and stime, the 14th and 15th field; the second, the name, is in
// parentheses and may hold spaces and parentheses itself.
func parseStat(stat string) (float64, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc stat has %d fields behind the name, want 13 at least", len(fields))
	}
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return float64(ticks) / ticksPerSecond, nil
}

// cpuDuring runs do and gives the CPU time a process took meanwhile, 0 when pid is 0.
func cpuDuring(pid int, do func()) (float64, error) {
	if pid == 0 {
		do()
		return 0, nil
	}
	before, err := cpuSeconds(pid)
	if err != nil {
		return 0, err
	}
	do()
	after, err := cpuSeconds(pid)
	return after - before, err
}
