(* Binary trees: trees DEPTH; prints the nodes that were met. *)
type tree = Leaf | Node of tree * tree

let rec make depth = if depth = 0 then Node (Leaf, Leaf) else Node (make (depth - 1), make (depth - 1))
let rec met = function Leaf -> 0 | Node (left, right) -> 1 + met left + met right

let () =
  let most = int_of_string Sys.argv.(1) in
  ignore (Sys.opaque_identity (make (most + 1)));
  let kept = make most in
  let sum = ref 0 and depth = ref 4 in
  while !depth <= most do
    for _ = 1 to 1 lsl (most - !depth + 4) do
      sum := !sum + met (make !depth)
    done;
    depth := !depth + 2
  done;
  ignore (Sys.opaque_identity kept);
  Printf.printf "%d\n" !sum
