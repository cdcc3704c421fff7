import { describeInflate } from "./test-inflate.ts";

describeInflate();
