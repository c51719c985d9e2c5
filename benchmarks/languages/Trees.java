// Binary trees: java Trees DEPTH; prints the nodes that were met.
final class Trees {
    private final Trees left;
    private final Trees right;

    private Trees(Trees left, Trees right) {
        this.left = left;
        this.right = right;
    }

    private static Trees make(int depth) {
        return depth == 0 ? new Trees(null, null) : new Trees(make(depth - 1), make(depth - 1));
    }

    private int met() {
        return left == null ? 1 : 1 + left.met() + right.met();
    }

    public static void main(String[] words) {
        int most = Integer.parseInt(words[0]);
        long sum = make(most + 1).met() > 0 ? 0 : 1;
        Trees kept = make(most);
        for (int depth = 4; depth <= most; depth += 2) {
            for (int i = 1 << (most - depth + 4); i > 0; i--) {
                sum += make(depth).met();
            }
        }
        java.lang.ref.Reference.reachabilityFence(kept);
        System.out.println(sum);
    }
}
