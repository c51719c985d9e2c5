// Binary trees: trees DEPTH; prints the nodes that were met.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
)

type node struct{ left, right *node }

func build(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{build(depth - 1), build(depth - 1)}
}

func (n *node) met() int {
	if n.left == nil {
		return 1
	}
	return 1 + n.left.met() + n.right.met()
}

func main() {
	most, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	build(most + 1)
	kept := build(most)
	sum := 0
	for depth := 4; depth <= most; depth += 2 {
		for i := 1 << (most - depth + 4); i > 0; i-- {
			sum += build(depth).met()
		}
	}
	runtime.KeepAlive(kept)
	fmt.Println(sum)
}
